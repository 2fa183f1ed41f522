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
}

/** Connects so many pairs and has them meet. */
export async function settle(dialect: Dialect, places: Places, count: number): Promise<Pair[]> {
  return gather(count, AT_ONCE, async (index) => {
    const [firstSeat, secondSeat] = seatsOf(places, index);
    const first = await dialect.join(firstSeat);
    const second = await dialect.join(secondSeat);
    await dialect.meet(first, second);
    return [first, second] as const;
  });
}

/** The seats of the pair with this number: across two nodes where there are two. */
export function seatsOf({ ports, prefix }: Places, index: number): [Seat, Seat] {
  const [node, otherNode] = [index % ports.length, (index + 1) % ports.length];
  const room = `${prefix}-${index}`;
  return [
    { port: portAt(ports, node), room, side: 0, otherNode },
    { port: portAt(ports, otherNode), room, side: 1, otherNode: node },
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
