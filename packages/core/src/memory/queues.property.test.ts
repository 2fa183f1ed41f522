import { isDeepStrictEqual } from 'node:util';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { NodeId, PeerId } from '@parley/protocol';
import { FakeClock, SeededRandom } from '../contract/index.ts';
import {
  claimOf,
  claimOnReturn,
  enqueueOf,
  freshNames,
  NODE_1,
  NODE_2,
  NODE_3,
  readingOf,
  waiterRef,
  waitersOf,
} from '../contract/samples.ts';
import type { Waiter } from '../ports/directory.ts';
import { MemoryDirectory } from './directory.ts';
import { emptyQueue, type MatchRecord, type QueueRecord } from './queue-record.ts';

const NODES = [NODE_1, NODE_2, NODE_3] as const;
const PEERS = ['ann', 'bob', 'cat', 'dan', 'eve', 'fox'] as const;

const peer = fc.constantFrom(...PEERS);
const node = fc.constantFrom(...NODES);
const lost = fc.constantFrom<readonly NodeId[]>([], [], [NODE_3]);
const awayMs = fc.constantFrom(100, 400);
const names = fc.integer({ min: 0, max: 2 });
const lifeMs = fc.constantFrom(100, 400);

const step = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.record({
      kind: fc.constant('enqueue' as const),
      peer,
      at: fc.constantFrom(1, 1, 1, 2),
      isReturn: fc.boolean(),
      lost,
      names,
      lifeMs,
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({ kind: fc.constant('unmatch' as const), peer, at: fc.constantFrom(1, 1, 2) }),
  },
  {
    weight: 2,
    arbitrary: fc.record({ kind: fc.constant('away' as const), peer, at: fc.constantFrom(1, 1, 2), awayMs }),
  },
  {
    weight: 4,
    arbitrary: fc.record({
      kind: fc.constant('confirm' as const),
      pick: fc.nat(),
      peers: fc.subarray([...PEERS]),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      kind: fc.constant('assert' as const),
      node,
      lost,
      names,
      lifeMs,
      without: fc.option(peer, { nil: undefined }),
      wakes: fc.boolean(),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({ kind: fc.constant('advance' as const), ms: fc.constantFrom(0.001, 1, 60, 150) }),
  },
);

type Step = typeof step extends fc.Arbitrary<infer T> ? T : never;
type AssertStep = Extract<Step, { kind: 'assert' }>;

describe('queues: whatever happens, in whatever order', () => {
  it('nobody stands in two matches that may still come true, nor waits where a complete one found him', async () => {
    const property = ({ after }: Observed) => {
      const running = membersIn(matchesOf(after, 'running')).map((member) => member.peer);
      const done = membersIn(matchesOf(after, 'complete'));
      return (
        new Set(running).size === running.length &&
        done.every((member) => after.waiters.get(member.peer)?.holder.since !== member.since)
      );
    };

    await expect(everyQueue(property)).resolves.toBeUndefined();
  });

  it('everybody in a match that may still come true waits, at the very place that the match names', async () => {
    const property = ({ after }: Observed) =>
      membersIn(matchesOf(after, 'running')).every(
        (member) => after.waiters.get(member.peer)?.holder === member,
      );

    await expect(everyQueue(property)).resolves.toBeUndefined();
  });

  it('a waiter keeps the place that it was first given, also when it was away, and no two have the same', async () => {
    const property = ({ before, after, nowMs }: Observed) => {
      const waiters = waitersIn(after);
      const kept = ({ peer: who, fence, instance, since }: Waiter) => {
        const old = before.waiters.get(who);
        const isSame = old?.holder.fence === fence || old?.holder.instance === instance;
        return !old || !isSame || old.untilMs <= nowMs || old.holder.since === since;
      };
      return new Set(waiters.map(({ since }) => since)).size === waiters.length && waiters.every(kept);
    };

    await expect(everyQueue(property)).resolves.toBeUndefined();
  });

  it('nobody is away and in a match that may still come true', async () => {
    const property = ({ after }: Observed) =>
      membersIn(matchesOf(after, 'running')).every((member) => !after.waiters.get(member.peer)?.isAway);

    await expect(everyQueue(property)).resolves.toBeUndefined();
  });

  it('nobody has longer than a window to come back', async () => {
    const property = ({ after, nowMs }: Observed) =>
      [...after.waiters.values()].every(({ isAway, untilMs }) => !isAway || untilMs <= nowMs + 400);

    await expect(everyQueue(property)).resolves.toBeUndefined();
  });

  it('a match is made of the first who are free', async () => {
    const property = ({ before, after }: Observed) => {
      const made = membersIn(matchesOf(after, 'running').filter(({ id }) => !before.matches.has(id)));
      const standing = new Set(membersIn(matchesOf(after, 'running')));
      const last = Math.max(-1, ...made.map(({ since }) => since));
      return [...after.waiters.values()].every(
        ({ holder, isAway }) => isAway || standing.has(holder) || holder.since > last,
      );
    };

    await expect(everyQueue(property)).resolves.toBeUndefined();
  });

  it('a match has as many members as the queue says, and is complete when all of them stand by it', async () => {
    const property = ({ after }: Observed) =>
      [...after.matches.values()].every(
        ({ members, confirmed, complete }) =>
          members.length === 2 && complete === members.every((member) => confirmed.has(member.peer)),
      );

    await expect(everyQueue(property)).resolves.toBeUndefined();
  });

  it('a complete match stays complete, with the same members', async () => {
    const property = ({ before, after }: Observed) =>
      matchesOf(before, 'complete').every(({ id, members }) => {
        const later = after.matches.get(id);
        return !later || (later.complete && isDeepStrictEqual(later.members, members));
      });

    await expect(everyQueue(property)).resolves.toBeUndefined();
  });
});

interface Observed {
  readonly before: QueueRecord;
  readonly after: QueueRecord;
  readonly nowMs: number;
}

/** Runs many histories of one queue of pairs; `holds` sees its record before and after every step. */
async function everyQueue(holds: (observed: Observed) => boolean): Promise<void> {
  const history = fc.asyncProperty(fc.array(step, { maxLength: 50 }), async (steps) => {
    const clock = new FakeClock(1_700_000_000_000);
    const directory = new MemoryDirectory({ clock, random: new SeededRandom(1) });
    let before = recordOf(directory);
    for (const [n, each] of steps.entries()) {
      await carryOut(directory, clock, each, before, n);
      const after = recordOf(directory);
      if (!holds({ before, after, nowMs: clock.nowMs() })) return false;
      before = after;
    }
    return true;
  });
  await fc.assert(history, { numRuns: 300 });
}

async function carryOut(
  directory: MemoryDirectory,
  clock: FakeClock,
  done: Step,
  queue: QueueRecord,
  n: number,
) {
  const { queues } = directory;
  switch (done.kind) {
    case 'enqueue': {
      const { peer: who, at, isReturn } = done;
      const own = nodeOf(who, at);
      const waiter = isReturn ? claimOnReturn(who, at) : claimOf(who, { at });
      return queues.enqueue(enqueueOf(who, { waiter, ...assertionOf(done, own, n) }));
    }
    case 'unmatch':
      return queues.unmatch(waiterRef(done.peer, done.at));
    case 'away':
      return queues.away(waiterRef(done.peer, done.at), done.awayMs);
    case 'confirm': {
      const ids = [...queue.matches.keys()];
      const id = ids[done.pick % Math.max(1, ids.length)] ?? 'none';
      return queues.confirm(waiterRef('ann').key, id, done.peers as PeerId[]);
    }
    case 'assert': {
      const own = [...queue.waiters.values()]
        .filter(({ isAway }) => done.wakes || !isAway)
        .map(({ holder }) => holder)
        .filter((waiter) => waiter.node === done.node && waiter.peer !== done.without);
      return queues.assert(waitersOf(own, assertionOf(done, done.node, n)));
    }
    case 'advance':
      return clock.advance(done.ms);
  }
}

/** A session, and so a fence, lives at one node. */
const nodeOf = (who: (typeof PEERS)[number], opened: number) =>
  NODES[(PEERS.indexOf(who) + opened) % NODES.length] ?? NODE_1;

/** What a node says, whatever it says it about; it never takes itself for lost. */
const assertionOf = (done: Pick<AssertStep, 'lost' | 'names' | 'lifeMs'>, own: NodeId, n: number) => ({
  node: own,
  lifeMs: done.lifeMs,
  confirmWithinMs: 100,
  reading: readingOf({ lost: done.lost.filter((each) => each !== own), awayMs: 400 }),
  fresh: freshNames(...[n * 10 + 1, n * 10 + 2].slice(0, done.names)),
});

const recordOf = (directory: MemoryDirectory) =>
  [...directory.snapshotForTesting().queues.values()][0] ?? emptyQueue();

const waitersIn = (queue: QueueRecord): Waiter[] => [...queue.waiters.values()].map(({ holder }) => holder);

const matchesOf = (queue: QueueRecord, state: 'running' | 'complete') =>
  [...queue.matches.values()].filter((match) => match.complete === (state === 'complete'));

const membersIn = (matches: readonly MatchRecord[]) => matches.flatMap(({ members }) => members);
