import { describe, expect, it } from 'vitest';
import {
  claimOf,
  enqueue,
  freshNames,
  LONGER_MS,
  membersOf,
  NODE_1,
  NODE_2,
  NODE_3,
  ownWaiter,
  PAIRS,
  SHORT_MS,
  TRIOS,
  waiterRef,
  waitersOf,
} from './samples.ts';
import { fresh, type MakeDirectory } from './subject.ts';

/** Giving a place up, standing by a match, and what a complete one means. */
export function queueMatchContract(make: MakeDirectory): void {
  describe('queues: unmatch', () => {
    const at = fresh(make);

    it('gives the place up, once', async () => {
      await enqueue(at().directory, 'ann');

      expect(await at().directory.queues.unmatch(waiterRef('ann'))).toBe('left');
      expect(await at().directory.queues.unmatch(waiterRef('ann'))).toBe('absent');
      expect((await enqueue(at().directory, 'bob')).match).toBeUndefined();
    });

    it('finds nobody where nobody waits', async () => {
      expect(await at().directory.queues.unmatch(waiterRef('ann'))).toBe('absent');
    });

    it('acts only on the place of its own fence', async () => {
      await enqueue(at().directory, 'ann', { at: 2 });

      expect(await at().directory.queues.unmatch(waiterRef('ann', 1))).toBe('absent');
      expect(await at().directory.queues.unmatch(waiterRef('ann', 3))).toBe('absent');
      expect(membersOf((await enqueue(at().directory, 'bob')).match)).toEqual(['ann', 'bob']);
    });

    it('gives the others of an incomplete match their old places back, confirmed or not', async () => {
      const trio = { key: TRIOS, size: 3 };
      for (const peer of ['ann', 'bob', 'cat']) await enqueue(at().directory, peer, trio);
      await at().directory.queues.confirm(TRIOS, 'm1', [claimOf('ann').peer, claimOf('bob').peer]);

      expect(await at().directory.queues.unmatch(waiterRef('bob', 1, TRIOS))).toBe('left');
      expect(await at().directory.queues.confirm(TRIOS, 'm1', [claimOf('cat').peer])).toBeUndefined();
      const { match } = await enqueue(at().directory, 'dan', { ...trio, fresh: freshNames(2) });
      expect(membersOf(match)).toEqual(['ann', 'cat', 'dan']);
      expect(match?.confirmed).toEqual([]);
    });

    it('comes too late for a match that is complete', async () => {
      await enqueue(at().directory, 'ann');
      await enqueue(at().directory, 'bob');
      await at().directory.queues.confirm(PAIRS, 'm1', [claimOf('ann').peer, claimOf('bob').peer]);

      expect(await at().directory.queues.unmatch(waiterRef('ann'))).toBe('matched');
      expect(await at().directory.queues.unmatch(waiterRef('ann', 2))).toBe('absent');
    });
  });

  describe('queues: confirm', () => {
    const at = fresh(make);
    const confirm = (id: string, ...peers: string[]) =>
      at().directory.queues.confirm(
        PAIRS,
        id,
        peers.map((peer) => claimOf(peer).peer),
      );
    const pair = async () => {
      await enqueue(at().directory, 'ann', { node: NODE_1 });
      return (await enqueue(at().directory, 'bob', { node: NODE_2 })).match;
    };

    it('completes the match when every member stands by it', async () => {
      const match = await pair();

      expect(await confirm('m1', 'bob')).toEqual({ ...match, confirmed: ['bob'] });
      expect(await confirm('m1', 'ann')).toMatchObject({ complete: true, members: match?.members });
    });

    it('takes several members at once', async () => {
      await pair();

      const complete = await confirm('m1', 'ann', 'bob');
      expect(complete?.complete).toBe(true);
      expect(complete?.confirmed.toSorted()).toEqual(['ann', 'bob']);
    });

    it('says the same again when it is asked again', async () => {
      await pair();
      expect(await confirm('m1', 'ann')).toEqual(await confirm('m1', 'ann'));

      const complete = await confirm('m1', 'bob');
      expect(await confirm('m1', 'bob')).toEqual(complete);
      expect(await confirm('m1', 'ann')).toEqual(complete);
    });

    it('does not count who is no member', async () => {
      await pair();

      expect(await confirm('m1', 'ann', 'eve')).toMatchObject({ confirmed: ['ann'], complete: false });
    });

    it('does not know a match that is no more', async () => {
      await pair();

      expect(await confirm('m2', 'ann')).toBeUndefined();
      await at().directory.queues.unmatch(waiterRef('bob'));
      expect(await confirm('m1', 'ann')).toBeUndefined();
    });

    it('comes too late for a match whose time is over, and keeps the place of whom it names', async () => {
      await enqueue(at().directory, 'ann');
      await enqueue(at().directory, 'bob', { confirmWithinMs: SHORT_MS });
      await at().advance(LONGER_MS);

      expect(await confirm('m1', 'ann', 'bob')).toBeUndefined();
      expect(
        membersOf((await enqueue(at().directory, 'cat', { fresh: freshNames(2) })).match),
      ).toBeUndefined();
      expect(membersOf((await enqueue(at().directory, 'ann', { fresh: [] })).match)).toEqual(['ann', 'bob']);
    });
  });

  describe('queues: a complete match', () => {
    const at = fresh(make);
    const complete = async () => {
      const ann = await enqueue(at().directory, 'ann', { node: NODE_1 });
      const bob = await enqueue(at().directory, 'bob', { node: NODE_2 });
      const match = await at().directory.queues.confirm(PAIRS, 'm1', [
        claimOf('ann').peer,
        claimOf('bob').peer,
      ]);
      return { ann, bob, match };
    };

    it('has taken its members out of the queue', async () => {
      await complete();

      expect((await enqueue(at().directory, 'cat', { fresh: freshNames(2) })).match).toBeUndefined();
      expect(membersOf((await enqueue(at().directory, 'dan', { fresh: freshNames(3) })).match)).toEqual([
        'cat',
        'dan',
      ]);
    });

    it('is told to the node of every member that asserts, which does not put them back', async () => {
      const { ann, bob, match } = await complete();
      const { queues } = at().directory;

      const first = waitersOf([ownWaiter('ann', ann.since)], { node: NODE_1, fresh: freshNames(2) });
      const second = waitersOf([ownWaiter('bob', bob.since)], { node: NODE_2, fresh: freshNames(3) });
      expect(await queues.assert(first)).toEqual([match]);
      expect(await queues.assert(second)).toEqual([match]);
      expect(await queues.assert(waitersOf([], { node: NODE_3, fresh: freshNames(4) }))).toEqual([]);
    });

    it('is told no longer to the node of a member that has taken a new place', async () => {
      await complete();
      const { since } = await enqueue(at().directory, 'ann', { node: NODE_1, fresh: [] });

      const again = waitersOf([ownWaiter('ann', since)], { node: NODE_1, fresh: freshNames(2) });
      expect(await at().directory.queues.assert(again)).toEqual([]);
    });

    it('does not keep a member from taking a new place with the same fence', async () => {
      const { ann } = await complete();

      const again = await enqueue(at().directory, 'ann', { fresh: freshNames(2) });
      expect(again.match).toBeUndefined();
      expect(again.since).toBeGreaterThan(ann.since);
      expect(membersOf((await enqueue(at().directory, 'cat', { fresh: freshNames(3) })).match)).toEqual([
        'ann',
        'cat',
      ]);
    });

    it('is over for a member that has taken a new place since', async () => {
      await complete();
      await enqueue(at().directory, 'ann', { fresh: [] });

      expect(await at().directory.queues.unmatch(waiterRef('ann'))).toBe('left');
      expect(await at().directory.queues.unmatch(waiterRef('ann'))).toBe('absent');
      expect(await at().directory.queues.unmatch(waiterRef('bob'))).toBe('matched');
    });
  });
}
