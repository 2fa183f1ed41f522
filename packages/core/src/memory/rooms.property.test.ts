import { isDeepStrictEqual } from 'node:util';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { NodeId } from '@parley/protocol';
import { FakeClock, SeededRandom } from '../contract/index.ts';
import {
  assertionOf,
  factsOf,
  joinOf,
  look,
  NODE_1,
  NODE_2,
  NODE_3,
  readingOf,
  refOf,
} from '../contract/samples.ts';
import type { OwnSeat, RoomSnapshot } from '../ports/directory.ts';
import { MemoryDirectory } from './directory.ts';

const NODES = [NODE_1, NODE_2, NODE_3] as const;
const PEERS = ['ann', 'bob', 'cat', 'dan'] as const;

const peer = fc.constantFrom(...PEERS);
const at = fc.integer({ min: 1, max: 3 });
const anyNode = fc.constantFrom(...NODES);
const meta = fc.option(fc.constantFrom('1', '2'), { nil: undefined });
const lifeMs = fc.constantFrom(50, 200);
const lost = fc.constantFrom<readonly NodeId[]>([], [], [NODE_3]);

/** What can happen to a room while every node asserts only what it holds. */
const step = fc.oneof(
  fc.record({
    kind: fc.constant('join' as const),
    peer,
    at,
    meta,
    lifeMs,
    lost,
    capacity: fc.integer({ min: 1, max: 3 }),
    mode: fc.constantFrom('may-create' as const, 'must-exist' as const, 'must-be-new' as const),
    codeLifeMs: fc.option(fc.constantFrom(100, 300), { nil: undefined }),
  }),
  fc.record({ kind: fc.constant('leave' as const), peer, at }),
  fc.record({ kind: fc.constant('update' as const), peer, at, meta }),
  fc.record({
    kind: fc.constant('assert' as const),
    node: anyNode,
    lifeMs,
    without: fc.option(peer, { nil: undefined }),
  }),
  fc.record({ kind: fc.constant('advance' as const), ms: fc.constantFrom(0.001, 1, 40, 120) }),
);

type Step = typeof step extends fc.Arbitrary<infer T> ? T : never;

describe('rooms: whatever happens, in whatever order', () => {
  it('never has more seats than its capacity', async () => {
    await expect(everyRoom(({ after }) => after.seats.length <= after.capacity)).resolves.toBeUndefined();
  });

  it('has one seat a peer, and every joinedAt once, in order', async () => {
    const property = ({ after: { seats } }: Observed) =>
      new Set(seats.map((seat) => seat.peer)).size === seats.length &&
      seats.every((seat, n) => seat.joinedAt > (seats[n - 1]?.joinedAt ?? -1));

    await expect(everyRoom(property)).resolves.toBeUndefined();
  });

  it('gives each new seat a later joinedAt than any that there ever was in this room', async () => {
    const property = ({ earlier, before, after }: Observed) => {
      const room = earlier.filter(({ epoch }) => epoch === after.epoch).flatMap(({ seats }) => seats);
      const highest = Math.max(-1, ...room.map((seat) => seat.joinedAt));
      const fresh = after.seats.filter((seat) => !before.seats.some((old) => old.joinedAt === seat.joinedAt));
      return fresh.every((seat) => seat.joinedAt > highest);
    };

    await expect(everyRoom(property)).resolves.toBeUndefined();
  });

  it('has another tag exactly when something is different, and never one that it had', async () => {
    const property = ({ earlier, before, after }: Observed) =>
      sameContent(before, after)
        ? after.tag === before.tag
        : after.tag === '' || earlier.every(({ tag }) => tag !== after.tag);

    await expect(everyRoom(property)).resolves.toBeUndefined();
  });

  it('answers what is so', async () => {
    await expect(everyRoom(isSo)).resolves.toBeUndefined();
  });

  it('is the same room in the end, in whatever order the nodes put it back', async () => {
    const seats = fc.uniqueArray(
      fc.record({ peer, node: anyNode, joinedAt: fc.integer({ min: 1, max: 9_000 }) }),
      {
        selector: (seat) => seat.joinedAt,
        maxLength: 4,
      },
    );
    await fc.assert(
      fc.asyncProperty(seats, fc.shuffledSubarray([...NODES], { minLength: 3 }), async (all, order) => {
        const own = uniqueByPeer(all);
        const rooms = [];
        for (const nodes of [NODES, order]) {
          const { directory } = freshDirectory();
          for (const each of nodes) {
            const facts = factsOf({ capacity: 1 });
            await directory.rooms.assert(assertionOf(seatsAt(own, each), { node: each, facts }));
          }
          rooms.push((await look(directory)).seats);
        }
        expect(rooms[0]).toEqual(rooms[1]);
        expect(rooms[0]).toHaveLength(own.length);
      }),
    );
  });
});

interface Observed {
  readonly step: Step;
  readonly outcome: string;
  readonly before: RoomSnapshot;
  readonly after: RoomSnapshot;
  /** Everything up to `before`. */
  readonly earlier: readonly RoomSnapshot[];
}

/** Runs many histories of one room; `holds` sees every step of them. */
async function everyRoom(holds: (observed: Observed) => boolean): Promise<void> {
  const history = fc.asyncProperty(fc.array(step, { maxLength: 40 }), async (steps) => {
    const { clock, directory } = freshDirectory();
    let before = await look(directory);
    const earlier = [before];
    for (const each of steps) {
      const outcome = await carryOut(directory, clock, each, before);
      const after = await look(directory);
      if (!holds({ step: each, outcome, before, after, earlier })) return false;
      earlier.push(after);
      before = after;
    }
    return true;
  });
  await fc.assert(history, { numRuns: 300 });
}

/** Whether the room is afterwards as the answer says. */
function isSo({ step: done, outcome, after }: Observed): boolean {
  if (done.kind === 'assert' || done.kind === 'advance') return true;
  const { fence } = refOf(done.peer, done.at);
  const seat = after.seats.find((each) => each.peer === done.peer);
  if (done.kind === 'leave') return outcome === 'changed' ? !seat : seat?.fence !== fence;
  if (done.kind === 'update') return outcome === 'changed' ? seat?.meta === done.meta : seat?.fence !== fence;
  switch (outcome) {
    case 'joined':
      return seat?.fence === fence;
    case 'superseded':
      return seat !== undefined && seat.fence > fence;
    case 'full':
      return after.seats.length - (seat ? 1 : 0) === after.capacity;
    case 'absent':
      return after.tag === '';
    default:
      return outcome === 'taken' && done.mode === 'must-be-new' && after.tag !== '';
  }
}

async function carryOut(
  directory: MemoryDirectory,
  clock: FakeClock,
  done: Step,
  room: RoomSnapshot,
): Promise<string> {
  switch (done.kind) {
    case 'join': {
      const { meta: said, codeLifeMs, kind: _, peer: who, lost: gone, ...rest } = done;
      const node = nodeOf(who, done.at);
      const more = {
        ...rest,
        node,
        reading: readingOf({ lost: gone.filter((each) => each !== node) }),
        ...(said !== undefined && { meta: said }),
        ...(codeLifeMs !== undefined && { codeLifeMs }),
      };
      return (await directory.rooms.join(joinOf(who, more))).outcome;
    }
    case 'leave':
      return (await directory.rooms.leave(refOf(done.peer, done.at))).outcome;
    case 'update':
      return (await directory.rooms.update(refOf(done.peer, done.at), done.meta)).outcome;
    case 'assert': {
      const seats = room.seats.filter((seat) => seat.node === done.node && seat.peer !== done.without);
      await directory.rooms.assert(assertionOf(seats, { node: done.node, facts: room, lifeMs: done.lifeMs }));
      return 'asserted';
    }
    case 'advance':
      await clock.advance(done.ms);
      return 'advanced';
  }
}

/** A session, and so a fence, lives at one node. */
const nodeOf = (who: (typeof PEERS)[number], opened: number) =>
  NODES[(PEERS.indexOf(who) + opened) % NODES.length] ?? NODE_1;

function freshDirectory() {
  const clock = new FakeClock(1_700_000_000_000);
  return { clock, directory: new MemoryDirectory({ clock, random: new SeededRandom(1) }) };
}

function sameContent(a: RoomSnapshot, b: RoomSnapshot): boolean {
  const content = ({ tag, epoch, capacity, code, seats }: RoomSnapshot) =>
    tag === '' ? [] : [epoch, capacity, code, seats];
  return isDeepStrictEqual(content(a), content(b));
}

interface Held {
  readonly peer: string;
  readonly node: NodeId;
  readonly joinedAt: number;
}

const uniqueByPeer = (all: readonly Held[]) => [...new Map(all.map((each) => [each.peer, each])).values()];

const seatsAt = (all: readonly Held[], where: NodeId): OwnSeat[] =>
  all
    .filter((each) => each.node === where)
    .map((each) => ({ ...joinOf(each.peer).seat, joinedAt: each.joinedAt }));
