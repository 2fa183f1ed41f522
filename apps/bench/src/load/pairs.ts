import type { Dialect, Member, Seat } from './dialects/dialect.ts';

/** Two who can signal to each other. */
export type Pair = readonly [Member, Member];

/** How many pairs are made at the same time: enough to keep a server busy, few enough not to look like an attack. */
const AT_ONCE = 32;

/** Which room the pairs of a run sit in, and on which nodes. */
export interface Places {
  /** Ports of the nodes: the first of a pair sits on one, the second on the next one, in turn. */
  readonly ports: readonly number[];
  /** What rooms begin with: other runs against the same server want other rooms. */
  readonly prefix: string;
  /** How many sit in one room, an even number: pairs of one room sit there together. */
  readonly roomSize: number;
}

/** Connects so many pairs and has them meet. */
export async function settle(dialect: Dialect, places: Places, count: number): Promise<Pair[]> {
  const perRoom = places.roomSize / 2;
  const rooms = await gather(Math.ceil(count / perRoom), AT_ONCE, async (room) => {
    const pairs: Pair[] = [];
    for (let one = 0; one < perRoom; one++)
      pairs.push(await settleOne(dialect, places, room * perRoom + one));
    return pairs;
  });
  return rooms.flat();
}

/** Connects the pair with this number and has it meet. */
export async function settleOne(dialect: Dialect, places: Places, index: number): Promise<Pair> {
  const [firstSeat, secondSeat] = seatsOf(places, index);
  const first = await dialect.join(firstSeat);
  const second = await dialect.join(secondSeat);
  await dialect.meet(first, second);
  return [first, second];
}

/** The seats of the pair with this number: across two nodes where there are two. */
export function seatsOf({ ports, prefix, roomSize }: Places, index: number): [Seat, Seat] {
  const [node, otherNode] = [index % ports.length, (index + 1) % ports.length];
  const room = `${prefix}-${Math.floor((index * 2) / roomSize)}`;
  const seat = { room, capacity: roomSize, pair: index };
  return [
    { ...seat, port: portAt(ports, node), side: 0, otherNode },
    { ...seat, port: portAt(ports, otherNode), side: 1, otherNode: node },
  ];
}

/** Does it for 0 to `count`, so many at a time, and returns what came of each, in order. */
export async function gather<T>(
  count: number,
  atOnce: number,
  work: (index: number) => Promise<T>,
): Promise<T[]> {
  const done: T[] = Array.from({ length: count });
  let next = 0;
  const worker = async () => {
    while (next < count) {
      const index = next++;
      done[index] = await work(index);
    }
  };
  await Promise.all(Array.from({ length: Math.min(atOnce, count) }, worker));
  return done;
}

function portAt(ports: readonly number[], index: number): number {
  const port = ports[index];
  if (port === undefined) throw new RangeError(`there is no node ${index}`);
  return port;
}
