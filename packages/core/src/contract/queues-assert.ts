import { describe, expect, it } from 'vitest';
import type { PeerId } from '@parley/protocol';
import { Unavailable } from '../ports/directory.ts';
import {
  claimOf,
  enqueue,
  fenceAt,
  freshNames,
  LONGER_MS,
  LONG_MS,
  membersOf,
  NODE_1,
  NODE_2,
  NODE_3,
  ownWaiter,
  PAIRS,
  readingOf,
  rowOf,
  SHORT_MS,
  TRIOS,
  waiterRef,
  waitersOf,
} from './samples.ts';
import { fresh, type MakeDirectory } from './subject.ts';

/** Renewal, repair, settling and matching, which are one call. */
export function queueAssertContract(make: MakeDirectory): void {
  describe('queues: assert', () => {
    const at = fresh(make);

    it('does nothing when it comes too late: a place that was given up meanwhile does not return', async () => {
      const { nowMs } = await at().directory.nodes.beat(rowOf(NODE_1), LONG_MS);
      const late = waitersOf([ownWaiter('ann', 1)], { fresh: [], notAfterMs: nowMs - 1 });

      await expect(at().directory.queues.assert(late)).rejects.toThrow(Unavailable);
      expect((await enqueue(at().directory, 'bob')).match).toBeUndefined();
      await at().directory.queues.assert({ ...late, notAfterMs: nowMs + LONG_MS });
      expect(membersOf((await enqueue(at().directory, 'bob')).match)).toEqual(['ann', 'bob']);
    });

    it('takes the place that the node says now for the right one, not an earlier one of the same session', async () => {
      await enqueue(at().directory, 'ann', { fresh: [] });
      const { since } = await enqueue(at().directory, 'bob', { fresh: [] });
      const [match] = await at().directory.queues.assert(
        waitersOf([ownWaiter('ann', since + 10), ownWaiter('bob', since)]),
      );

      expect(match?.members.map(({ peer, since: place }) => [peer, place])).toEqual([
        ['bob', since],
        ['ann', since + 10],
      ]);
    });

    it('extends the own waiters, and nobody else', async () => {
      const ann = await enqueue(at().directory, 'ann', { fresh: [], lifeMs: SHORT_MS });
      await enqueue(at().directory, 'bob', { fresh: [], lifeMs: SHORT_MS, node: NODE_2 });
      await at().directory.queues.assert(
        waitersOf([ownWaiter('ann', ann.since)], { fresh: [], lifeMs: LONG_MS }),
      );
      await at().advance(LONGER_MS);

      expect(membersOf((await enqueue(at().directory, 'cat')).match)).toEqual(['ann', 'cat']);
    });

    it('removes the waiters that claim to be at this node and are not, and no others', async () => {
      const ann = await enqueue(at().directory, 'ann', { fresh: [] });
      await enqueue(at().directory, 'ghost', { fresh: [] });
      await enqueue(at().directory, 'bob', { fresh: [], node: NODE_2 });

      const [match] = await at().directory.queues.assert(waitersOf([ownWaiter('ann', ann.since)]));
      expect(membersOf(match)).toEqual(['ann', 'bob']);
    });

    it('gives up a match whose member it removes', async () => {
      await enqueue(at().directory, 'ghost', { node: NODE_1 });
      await enqueue(at().directory, 'bob', { node: NODE_2 });
      await at().directory.queues.assert(waitersOf([], { node: NODE_1, fresh: [] }));

      expect(await at().directory.queues.confirm(PAIRS, 'm1', [claimOf('bob').peer])).toBeUndefined();
      expect(membersOf((await enqueue(at().directory, 'cat', { fresh: freshNames(2) })).match)).toEqual([
        'bob',
        'cat',
      ]);
    });

    it('puts back at their old places those that the directory has forgotten', async () => {
      const { queues } = at().directory;
      await queues.assert(waitersOf([ownWaiter('cat', 1_703), ownWaiter('ann', 1_701)], { fresh: [] }));
      await queues.assert(waitersOf([ownWaiter('bob', 1_702)], { fresh: [], node: NODE_2 }));

      const matches = await queues.assert(
        waitersOf([ownWaiter('cat', 1_703), ownWaiter('ann', 1_701)], { fresh: freshNames(1, 2) }),
      );
      expect(matches.map(membersOf)).toEqual([['ann', 'bob']]);
      expect(matches[0]?.members.map((member) => member.since)).toEqual([1_701, 1_702]);
      expect((await enqueue(at().directory, 'dan', { fresh: [] })).since).toBeGreaterThan(1_703);
    });

    it('gives who comes later a later place than any that was put back', async () => {
      const future = 9_000_000_000_000_000;
      await at().directory.queues.assert(waitersOf([ownWaiter('ann', future)], { fresh: [] }));

      expect((await enqueue(at().directory, 'bob', { fresh: [] })).since).toBeGreaterThan(future);
    });

    it('keeps every place unique', async () => {
      const { queues } = at().directory;
      await queues.assert(waitersOf([ownWaiter('ann', 1_700)], { fresh: [] }));
      const [match] = await queues.assert(waitersOf([ownWaiter('bob', 1_700)], { node: NODE_2 }));

      expect(membersOf(match)).toEqual(['ann', 'bob']);
      expect(new Set(match?.members.map((member) => member.since)).size).toBe(2);
    });

    it('does not put a waiter back whose peer a later claim has placed', async () => {
      await enqueue(at().directory, 'ann', { at: 2, node: NODE_2 });
      const answer = await at().directory.queues.assert(waitersOf([ownWaiter('ann', 1_700, 1)]));

      expect(answer).toEqual([]);
      const { match } = await enqueue(at().directory, 'bob', { node: NODE_3 });
      expect(match?.members[0]).toMatchObject({ peer: 'ann', fence: fenceAt('ann', 2), node: NODE_2 });
    });

    it('takes the place of an earlier claim', async () => {
      await enqueue(at().directory, 'ann', { at: 1, node: NODE_2 });
      await at().directory.queues.assert(waitersOf([ownWaiter('ann', 1_700, 2)]));

      const { match } = await enqueue(at().directory, 'bob', { node: NODE_3 });
      expect(match?.members[0]).toMatchObject({ fence: fenceAt('ann', 2), node: NODE_1, since: 1_700 });
    });

    it('matches nobody with the waiters at lost nodes', async () => {
      const ann = await enqueue(at().directory, 'ann', { fresh: [] });
      await enqueue(at().directory, 'bob', { fresh: [], node: NODE_2 });
      await enqueue(at().directory, 'cat', { fresh: [], node: NODE_3 });

      const [match] = await at().directory.queues.assert(
        waitersOf([ownWaiter('ann', ann.since)], { reading: readingOf({ lost: [NODE_2] }) }),
      );
      expect(membersOf(match)).toEqual(['ann', 'cat']);
    });

    it('makes as many matches as there are names and waiters for', async () => {
      const own = [1, 2, 3, 4, 5, 6, 7].map((n) => ownWaiter(`peer-${n}`, 1_700 + n));

      const matches = await at().directory.queues.assert(waitersOf(own, { fresh: freshNames(1, 2) }));
      expect(matches.map(membersOf).toSorted(byFirst)).toEqual([
        ['peer-1', 'peer-2'],
        ['peer-3', 'peer-4'],
      ]);
      const all = await at().directory.queues.assert(waitersOf(own, { fresh: freshNames(3, 4, 5) }));
      expect(all.map(membersOf).toSorted(byFirst)).toEqual([
        ['peer-1', 'peer-2'],
        ['peer-3', 'peer-4'],
        ['peer-5', 'peer-6'],
      ]);
    });

    it('returns the matches that have a waiter of this node in them, and no others', async () => {
      const { queues } = at().directory;
      await queues.assert(waitersOf([ownWaiter('ann', 1_701), ownWaiter('bob', 1_702)], { node: NODE_1 }));
      const own = [ownWaiter('cat', 1_703), ownWaiter('dan', 1_704)];

      const matches = await queues.assert(waitersOf(own, { node: NODE_2, fresh: freshNames(2) }));
      expect(matches.map(membersOf)).toEqual([['cat', 'dan']]);
    });
  });

  describe('queues: a match that is not complete in time', () => {
    const at = fresh(make);
    const trio = { key: TRIOS, size: 3 };

    it('gives those who confirmed their old places back, and drops the others', async () => {
      const { queues } = at().directory;
      const ann = await enqueue(at().directory, 'ann', { ...trio, node: NODE_1 });
      await enqueue(at().directory, 'bob', { ...trio, node: NODE_2 });
      const cat = await enqueue(at().directory, 'cat', { ...trio, node: NODE_1, confirmWithinMs: SHORT_MS });
      await queues.confirm(TRIOS, 'm1', [claimOf('ann').peer, claimOf('cat').peer]);
      await at().advance(LONGER_MS);

      const own = [ownWaiter('ann', ann.since), ownWaiter('cat', cat.since)];
      expect(await queues.assert(waitersOf(own, { ...trio, fresh: freshNames(2) }))).toEqual([]);
      const { match } = await enqueue(at().directory, 'dan', { ...trio, node: NODE_3, fresh: freshNames(3) });
      expect(membersOf(match)).toEqual(['ann', 'cat', 'dan']);
      expect(match?.members.slice(0, 2).map((member) => member.since)).toEqual([ann.since, cat.since]);
      expect(await queues.unmatch(waiterRef('bob', 1, TRIOS))).toBe('absent');
    });

    it('is settled by whoever comes next', async () => {
      await enqueue(at().directory, 'ann', { node: NODE_1 });
      await enqueue(at().directory, 'bob', { node: NODE_2, confirmWithinMs: SHORT_MS });
      await at().directory.queues.confirm(PAIRS, 'm1', [claimOf('ann').peer]);
      await at().advance(LONGER_MS);

      const { match } = await enqueue(at().directory, 'cat', { node: NODE_3, fresh: freshNames(2) });
      expect(membersOf(match)).toEqual(['ann', 'cat']);
    });

    it('does not cost those their places whom their own node asserts in the same call', async () => {
      const { queues } = at().directory;
      const ann = await enqueue(at().directory, 'ann', { node: NODE_1 });
      await enqueue(at().directory, 'bob', { node: NODE_2, confirmWithinMs: SHORT_MS });
      await at().advance(LONGER_MS);

      expect(await queues.assert(waitersOf([ownWaiter('ann', ann.since)], { fresh: freshNames(2) }))).toEqual(
        [],
      );
      expect(await queues.unmatch(waiterRef('bob'))).toBe('absent');
      expect(membersOf((await enqueue(at().directory, 'cat', { fresh: freshNames(3) })).match)).toEqual([
        'ann',
        'cat',
      ]);
    });

    it('can still be given up by a member that has not confirmed', async () => {
      await enqueue(at().directory, 'ann');
      await enqueue(at().directory, 'bob', { confirmWithinMs: SHORT_MS });
      await at().advance(LONGER_MS);

      expect(await at().directory.queues.unmatch(waiterRef('ann'))).toBe('left');
    });
  });
}

/** Matches come in no particular order. */
const byFirst = (a: readonly PeerId[] = [], b: readonly PeerId[] = []) => `${a[0]}`.localeCompare(`${b[0]}`);
