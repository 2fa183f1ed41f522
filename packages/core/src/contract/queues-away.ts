import { describe, expect, it } from 'vitest';
import {
  claimOf,
  claimOnReturn,
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

/** Who goes away loses the turn, and has the place when it comes back in time. */
export function queueAwayContract(make: MakeDirectory): void {
  describe('queues: away', () => {
    const at = fresh(make);
    const away = (peer: string, awayMs = LONG_MS) => at().directory.queues.away(waiterRef(peer), awayMs);

    it('is matched with nobody: those who came later are matched without it', async () => {
      await enqueue(at().directory, 'ann');
      expect(await away('ann')).toBe('left');

      expect((await enqueue(at().directory, 'bob')).match).toBeUndefined();
      expect(membersOf((await enqueue(at().directory, 'cat')).match)).toEqual(['bob', 'cat']);
    });

    it('gives the others of an incomplete match their old places back, confirmed or not', async () => {
      const trio = { key: TRIOS, size: 3 };
      for (const peer of ['ann', 'bob', 'cat']) await enqueue(at().directory, peer, trio);
      await at().directory.queues.confirm(TRIOS, 'm1', [claimOf('ann').peer, claimOf('bob').peer]);
      expect(await at().directory.queues.away(waiterRef('bob', 1, TRIOS), LONG_MS)).toBe('left');

      const { match } = await enqueue(at().directory, 'dan', { ...trio, fresh: freshNames(2) });
      expect(membersOf(match)).toEqual(['ann', 'cat', 'dan']);
      expect(match?.confirmed).toEqual([]);
    });

    it('is not confirmed, neither while it is away nor by a late word when it is back', async () => {
      const { queues } = at().directory;
      const confirm = (id: string) => queues.confirm(PAIRS, id, [claimOf('ann').peer, claimOf('bob').peer]);
      await enqueue(at().directory, 'ann');
      await enqueue(at().directory, 'bob', { node: NODE_2 });
      await away('ann');
      expect(await confirm('m1')).toBeUndefined();

      const back = { waiter: claimOnReturn('ann'), fresh: freshNames(2) };
      expect((await enqueue(at().directory, 'ann', back)).match).toMatchObject({ id: 'm2', confirmed: [] });
      expect(await confirm('m1')).toBeUndefined();
      expect(await confirm('m2')).toMatchObject({ complete: true });
    });

    it('comes too late for a match that is complete', async () => {
      await enqueue(at().directory, 'ann');
      await enqueue(at().directory, 'bob');
      await at().directory.queues.confirm(PAIRS, 'm1', [claimOf('ann').peer, claimOf('bob').peer]);

      expect(await away('ann')).toBe('matched');
    });

    it('acts only on the place of its own fence', async () => {
      await enqueue(at().directory, 'ann', { at: 2 });

      expect(await away('ann')).toBe('absent');
      expect(await away('bob')).toBe('absent');
      expect(membersOf((await enqueue(at().directory, 'bob')).match)).toEqual(['ann', 'bob']);
    });

    it('can still be given up', async () => {
      await enqueue(at().directory, 'ann', { fresh: [] });
      await enqueue(at().directory, 'bob', { fresh: [] });
      await away('ann');

      expect(await at().directory.queues.unmatch(waiterRef('ann'))).toBe('left');
      const { match } = await enqueue(at().directory, 'ann', { waiter: claimOnReturn('ann') });
      expect(membersOf(match)).toEqual(['bob', 'ann']);
    });
  });

  describe('queues: who comes back', () => {
    const at = fresh(make);
    const away = (peer: string, awayMs = LONG_MS) => at().directory.queues.away(waiterRef(peer), awayMs);
    const look = (mercyUntilMs: number) =>
      at().directory.queues.assert(
        waitersOf([], { node: NODE_3, fresh: [], reading: readingOf({ mercyUntilMs }) }),
      );
    const nowMs = async () => (await at().directory.nodes.beat(rowOf(NODE_1), LONG_MS)).nowMs;

    it('has its old place: who came while it was away is behind it', async () => {
      const { since } = await enqueue(at().directory, 'ann', { fresh: [] });
      await away('ann');
      for (const peer of ['bob', 'cat']) await enqueue(at().directory, peer, { fresh: [] });
      const waiter = { ...claimOnReturn('ann'), meta: '"again"' };

      const back = await enqueue(at().directory, 'ann', { waiter, node: NODE_2 });
      expect(back.since).toBe(since);
      expect(membersOf(back.match)).toEqual(['ann', 'bob']);
      expect(back.match?.members[0]).toEqual({ ...waiter, node: NODE_2, since });
    });

    it('has it also in the same session', async () => {
      const { since } = await enqueue(at().directory, 'ann');
      await away('ann');

      expect((await enqueue(at().directory, 'ann')).since).toBe(since);
      expect(membersOf((await enqueue(at().directory, 'bob')).match)).toEqual(['ann', 'bob']);
    });

    it('has it, but not its turn, when nobody had noticed yet that it was away', async () => {
      const { since } = await enqueue(at().directory, 'ann');
      await enqueue(at().directory, 'bob', { node: NODE_2 });
      await at().directory.queues.confirm(PAIRS, 'm1', [claimOf('ann').peer]);

      const back = await enqueue(at().directory, 'ann', {
        waiter: claimOnReturn('ann'),
        fresh: freshNames(2),
      });
      expect(back).toMatchObject({ since, match: { id: 'm2', confirmed: [] } });
      expect(await at().directory.queues.confirm(PAIRS, 'm1', [claimOf('bob').peer])).toBeUndefined();
      expect(await away('ann')).toBe('absent');
    });

    it('has a new place as another instance', async () => {
      const { since } = await enqueue(at().directory, 'ann', { fresh: [] });
      await away('ann');
      await enqueue(at().directory, 'bob', { fresh: [] });

      const anew = await enqueue(at().directory, 'ann', { at: 2 });
      expect(anew.since).toBeGreaterThan(since);
      expect(membersOf(anew.match)).toEqual(['bob', 'ann']);
    });

    it('has a new place when it comes back too late', async () => {
      const { since } = await enqueue(at().directory, 'ann', { fresh: [] });
      await enqueue(at().directory, 'bob', { fresh: [] });
      await away('ann', SHORT_MS);
      await away('ann', LONG_MS);
      await at().advance(LONGER_MS);

      const late = await enqueue(at().directory, 'ann', { waiter: claimOnReturn('ann') });
      expect(late.since).toBeGreaterThan(since);
      expect(membersOf(late.match)).toEqual(['bob', 'ann']);
    });

    it('is not too late as long as there is mercy, whoever looks and goes meanwhile', async () => {
      const { queues } = at().directory;
      const { since } = await enqueue(at().directory, 'ann', { fresh: [] });
      await enqueue(at().directory, 'bob', { fresh: [] });
      await away('ann', SHORT_MS);
      await at().advance(LONGER_MS);
      await queues.confirm(PAIRS, 'm1', [claimOf('bob').peer]);
      await look((await nowMs()) + LONG_MS);
      expect(await queues.unmatch(waiterRef('bob'))).toBe('left');

      expect((await enqueue(at().directory, 'ann', { waiter: claimOnReturn('ann') })).since).toBe(since);
    });

    it('is too late when the mercy has ended as well', async () => {
      const { since } = await enqueue(at().directory, 'ann', { fresh: [] });
      await enqueue(at().directory, 'bob', { fresh: [] });
      await away('ann', 1);
      await look((await nowMs()) + SHORT_MS);
      await at().advance(LONGER_MS);

      const late = await enqueue(at().directory, 'ann', { waiter: claimOnReturn('ann') });
      expect(late.since).toBeGreaterThan(since);
    });
  });

  describe('queues: away, and its node', () => {
    const at = fresh(make);
    const lost = (nodes = [NODE_1], awayMs = LONG_MS) => ({ reading: readingOf({ lost: nodes, awayMs }) });

    it('neither removes nor renews it by saying who else waits there', async () => {
      const { queues } = at().directory;
      const ann = await enqueue(at().directory, 'ann', { fresh: [] });
      const bob = await enqueue(at().directory, 'bob', { fresh: [] });
      await queues.away(waiterRef('ann'), SHORT_MS);
      expect(await queues.assert(waitersOf([ownWaiter('bob', bob.since)]))).toEqual([]);
      expect(await queues.away(waiterRef('ann'), SHORT_MS)).toBe('left');
      await at().advance(LONGER_MS);

      expect(await queues.assert(waitersOf([ownWaiter('bob', bob.since)]))).toEqual([]);
      const late = await enqueue(at().directory, 'ann', { waiter: claimOnReturn('ann'), fresh: [] });
      expect(late.since).toBeGreaterThan(ann.since);
    });

    it('loses its turn when the node is lost, and has its place when it comes back elsewhere', async () => {
      const ann = await enqueue(at().directory, 'ann');
      await enqueue(at().directory, 'bob', { node: NODE_2 });
      const { match } = await enqueue(at().directory, 'cat', {
        node: NODE_3,
        fresh: freshNames(2),
        ...lost(),
      });
      expect(membersOf(match)).toEqual(['bob', 'cat']);
      expect(await at().directory.queues.confirm(PAIRS, 'm1', [claimOf('ann').peer])).toBeUndefined();

      const waiter = claimOnReturn('ann');
      const back = await enqueue(at().directory, 'ann', { waiter, node: NODE_2, ...lost() });
      expect(back).toEqual({ outcome: 'waiting', since: ann.since });
      const next = await enqueue(at().directory, 'dan', { node: NODE_3, fresh: freshNames(3), ...lost() });
      expect(next.match?.members[0]).toMatchObject({ peer: 'ann', fence: fenceAt('ann', 2), node: NODE_2 });
    });

    it('has as much time as the window says, from when somebody looks', async () => {
      const { queues } = at().directory;
      const ann = await enqueue(at().directory, 'ann', { fresh: [] });
      const bob = ownWaiter('bob', ann.since + 1);
      await queues.assert(waitersOf([bob], { node: NODE_2, ...lost([NODE_1], SHORT_MS) }));
      await queues.assert(waitersOf([bob], { node: NODE_2, ...lost([NODE_1], LONG_MS) }));
      await at().advance(LONGER_MS);

      const late = await enqueue(at().directory, 'ann', { waiter: claimOnReturn('ann'), fresh: [] });
      expect(late.since).toBeGreaterThan(bob.since);
    });

    it('is here again at its old place when the node was not lost after all', async () => {
      const { queues } = at().directory;
      const ann = await enqueue(at().directory, 'ann', { fresh: [] });
      await enqueue(at().directory, 'bob', { node: NODE_2, fresh: [], ...lost() });

      const [match] = await queues.assert(waitersOf([ownWaiter('ann', ann.since)]));
      expect(match?.members.map(({ peer }) => peer)).toEqual(['ann', 'bob']);
      expect(match?.members[0]?.since).toBe(ann.since);
    });
  });
}
