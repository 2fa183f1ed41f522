import { describe, expect, it } from 'vitest';
import {
  claimOf,
  enqueue,
  enqueueOf,
  fenceAt,
  freshNames,
  LONGER_MS,
  LONG_MS,
  membersOf,
  NODE_1,
  NODE_2,
  NODE_3,
  PAIRS,
  readingOf,
  rowOf,
  SHORT_MS,
  TRIOS,
  waitersOf,
} from './samples.ts';
import { fresh, type MakeDirectory } from './subject.ts';

/** Taking a place, and who is matched with whom. */
export function queueEnqueueContract(make: MakeDirectory): void {
  describe('queues: enqueue', () => {
    const at = fresh(make);

    it('gives a place, and each later one a higher', async () => {
      const ann = await enqueue(at().directory, 'ann', { fresh: [] });
      const bob = await enqueue(at().directory, 'bob', { fresh: [] });

      expect(ann).toEqual({ outcome: 'waiting', since: expect.any(Number) });
      expect(bob.since).toBeGreaterThan(ann.since);
    });

    it('lets a peer that is there already keep its place', async () => {
      const first = await enqueue(at().directory, 'ann');

      expect(await enqueue(at().directory, 'ann')).toEqual(first);
    });

    it('never makes a match of one peer alone', async () => {
      await enqueue(at().directory, 'ann');
      await enqueue(at().directory, 'ann');

      expect(await at().directory.queues.assert(waitersOf([], { node: NODE_2 }))).toEqual([]);
    });

    it('makes a match of the first ones as soon as there are enough', async () => {
      const ann = await enqueue(at().directory, 'ann', { node: NODE_1 });
      const bob = await enqueue(at().directory, 'bob', { node: NODE_2, fresh: freshNames(7) });

      expect(bob.match).toEqual({
        id: 'm7',
        room: 'r7',
        queue: PAIRS,
        members: [
          { ...claimOf('ann'), node: NODE_1, since: ann.since },
          { ...claimOf('bob'), node: NODE_2, since: bob.since },
        ],
        confirmed: [],
        complete: false,
      });
    });

    it('matches by place, not by who asks', async () => {
      for (const peer of ['ann', 'bob', 'cat']) await enqueue(at().directory, peer, { fresh: [] });

      const dan = await enqueue(at().directory, 'dan', { fresh: freshNames(1) });
      expect(dan.match).toBeUndefined();
      expect(membersOf((await enqueue(at().directory, 'ann')).match)).toEqual(['ann', 'bob']);
    });

    it('makes as many matches as it was given names, and no more', async () => {
      for (const peer of ['ann', 'bob', 'cat', 'dan', 'eve'])
        await enqueue(at().directory, peer, { fresh: [] });

      const fox = await enqueue(at().directory, 'fox', { fresh: freshNames(1, 2) });
      expect(fox.match).toBeUndefined();
      expect(membersOf((await enqueue(at().directory, 'ann', { fresh: [] })).match)).toEqual(['ann', 'bob']);
      expect(membersOf((await enqueue(at().directory, 'cat', { fresh: [] })).match)).toEqual(['cat', 'dan']);
      expect(membersOf((await enqueue(at().directory, 'eve', { fresh: freshNames(3) })).match)).toEqual([
        'eve',
        'fox',
      ]);
    });

    it('returns the match that a peer is in already, and never puts it in a second one', async () => {
      await enqueue(at().directory, 'ann');
      const { match } = await enqueue(at().directory, 'bob');
      await enqueue(at().directory, 'cat', { fresh: freshNames(2) });

      expect((await enqueue(at().directory, 'ann', { fresh: freshNames(3) })).match).toEqual(match);
      expect((await enqueue(at().directory, 'cat', { fresh: freshNames(4) })).match).toBeUndefined();
    });

    it('takes no name twice', async () => {
      await enqueue(at().directory, 'ann', { fresh: freshNames(1) });
      const { match } = await enqueue(at().directory, 'bob', { fresh: freshNames(1) });
      await enqueue(at().directory, 'cat', { fresh: freshNames(1) });
      await enqueue(at().directory, 'dan', { fresh: freshNames(1) });

      expect((await enqueue(at().directory, 'ann', { fresh: [] })).match).toEqual(match);
      expect((await enqueue(at().directory, 'dan', { fresh: freshNames(2) })).match?.id).toBe('m2');
    });

    it('keeps queues apart', async () => {
      await enqueue(at().directory, 'ann');

      const other = await enqueue(at().directory, 'bob', { key: TRIOS, size: 3 });
      expect(other.match).toBeUndefined();
    });

    it('does nothing when it comes too late', async () => {
      const { nowMs } = await at().directory.nodes.beat(rowOf(NODE_1), LONG_MS);

      expect(await at().directory.queues.enqueue(enqueueOf('ann', { notAfterMs: nowMs - 1 }))).toEqual({
        outcome: 'late',
      });
      expect((await enqueue(at().directory, 'bob')).match).toBeUndefined();
    });

    it('is superseded by a later claim to the same peer', async () => {
      const later = await enqueue(at().directory, 'ann', { at: 2 });

      expect(await at().directory.queues.enqueue(enqueueOf('ann', { at: 1 }))).toEqual({
        outcome: 'superseded',
      });
      expect(await enqueue(at().directory, 'ann', { at: 2 })).toEqual(later);
    });

    it('with a later claim takes a new place at the end for the old one', async () => {
      await enqueue(at().directory, 'ann', { at: 1, fresh: [] });
      await enqueue(at().directory, 'bob', { fresh: [] });
      await enqueue(at().directory, 'ann', { at: 2, fresh: [] });

      const { match } = await enqueue(at().directory, 'cat', { fresh: freshNames(1, 2) });
      expect(match).toBeUndefined();
      const matched = (await enqueue(at().directory, 'ann', { at: 2, fresh: [] })).match;
      expect(membersOf(matched)).toEqual(['bob', 'ann']);
      expect(matched?.members[1]?.fence).toBe(fenceAt('ann', 2));
    });

    it('with a later claim gives up the match that the earlier one stood in', async () => {
      await enqueue(at().directory, 'ann', { at: 1 });
      const { match } = await enqueue(at().directory, 'bob');
      await enqueue(at().directory, 'ann', { at: 2, fresh: [] });

      expect(
        await at().directory.queues.confirm(PAIRS, match?.id ?? '', [claimOf('bob').peer]),
      ).toBeUndefined();
      const next = (await enqueue(at().directory, 'bob', { fresh: freshNames(2) })).match;
      expect(membersOf(next)).toEqual(['bob', 'ann']);
    });
  });

  describe('queues: who is not there any more', () => {
    const at = fresh(make);

    it('is not matched when its place has lapsed', async () => {
      await enqueue(at().directory, 'ann', { lifeMs: SHORT_MS });
      await at().advance(LONGER_MS);
      expect((await enqueue(at().directory, 'bob')).match).toBeUndefined();

      expect(membersOf((await enqueue(at().directory, 'cat')).match)).toEqual(['bob', 'cat']);
    });

    it('is not matched when its node is lost', async () => {
      await enqueue(at().directory, 'ann', { node: NODE_1 });
      const bob = await enqueue(at().directory, 'bob', {
        node: NODE_2,
        reading: readingOf({ lost: [NODE_1] }),
      });
      expect(bob.match).toBeUndefined();

      expect(membersOf((await enqueue(at().directory, 'cat', { node: NODE_3 })).match)).toEqual([
        'bob',
        'cat',
      ]);
    });

    it('gives the others of its match their old places back', async () => {
      await enqueue(at().directory, 'ann', { node: NODE_1, key: TRIOS, size: 3 });
      await enqueue(at().directory, 'bob', { node: NODE_2, key: TRIOS, size: 3 });
      const { match } = await enqueue(at().directory, 'cat', { node: NODE_1, key: TRIOS, size: 3 });
      const dan = await enqueue(at().directory, 'dan', {
        node: NODE_3,
        key: TRIOS,
        size: 3,
        reading: readingOf({ lost: [NODE_2] }),
        fresh: freshNames(2),
      });

      expect(membersOf(match)).toEqual(['ann', 'bob', 'cat']);
      expect(membersOf(dan.match)).toEqual(['ann', 'cat', 'dan']);
      expect(await at().directory.queues.confirm(TRIOS, 'm1', [claimOf('ann').peer])).toBeUndefined();
    });

    it('keeps its place as long as it is asserted', async () => {
      await enqueue(at().directory, 'ann', { lifeMs: SHORT_MS });
      await enqueue(at().directory, 'ann', { lifeMs: LONG_MS });
      await at().advance(LONGER_MS);

      expect(membersOf((await enqueue(at().directory, 'bob')).match)).toEqual(['ann', 'bob']);
    });
  });
}
