import { describe, expect, it } from 'vitest';
import type { RoomId, UserId } from '@parley/protocol';
import type { PeerClaim } from '../ports/directory.ts';
import { comebackOf, keyOf, peerAssertionOf, peerClaimOf } from './peer-samples.ts';
import {
  claimOf,
  fenceAt,
  LONGER_MS,
  LONG_MS,
  NODE_1,
  NODE_2,
  readingOf,
  rowOf,
  sessionOf,
  SHORT_MS,
} from './samples.ts';
import { fresh, type MakeDirectory } from './subject.ts';

const ANN = keyOf('ann');

/** Who speaks for a peer, and who may take its place. */
export function peersContract(make: MakeDirectory): void {
  describe('peers', () => {
    const subject = fresh(make);
    const peers = () => subject().directory.peers;
    /** By a credential that names the peer. */
    const claim = (at: number, more: Partial<PeerClaim> = {}) =>
      peers().claim(peerClaimOf('ann', { at, isFixed: true, ...more }));
    const bye = (at: number) => peers().bye(ANN, fenceAt('ann', at));

    it('gives an unclaimed peer to whoever claims it, and names nobody as the former', async () => {
      expect(await claim(1)).toEqual({ outcome: 'claimed' });
    });

    it('renews an equal fence as often as it is claimed', async () => {
      await claim(1);

      expect(await claim(1)).toEqual({ outcome: 'claimed' });
      expect(await claim(1)).toEqual({ outcome: 'claimed' });
    });

    it('gives the peer to the higher fence, and says who was there and where it may have seats', async () => {
      await claim(1, { node: NODE_1 });
      const rooms = ['stage', 'wings'] as RoomId[];
      await peers().assert(peerAssertionOf('ann', { rooms }), readingOf(), Infinity);

      expect(await claim(2, { node: NODE_2 })).toEqual({
        outcome: 'claimed',
        former: {
          node: NODE_1,
          session: sessionOf('ann', 1),
          instance: claimOf('ann').instance,
          rooms: ['stage', 'wings'],
        },
      });
      expect(await claim(3)).toMatchObject({ former: { node: NODE_2, rooms: [] } });
    });

    it('says so too of one that was away', async () => {
      await peers().away(peerAssertionOf('ann', { rooms: ['stage'] as RoomId[] }), LONG_MS);

      expect(await claim(2)).toMatchObject({
        outcome: 'claimed',
        former: { session: sessionOf('ann', 1), rooms: ['stage'] },
      });
    });

    it('refuses the lower fence, in whatever order the claims arrive', async () => {
      await claim(2);
      expect(await claim(1)).toEqual({ outcome: 'superseded' });

      expect(await claim(2)).toEqual({ outcome: 'claimed' });
      expect(await claim(1)).toEqual({ outcome: 'superseded' });
    });

    it('keeps peers apart', async () => {
      await claim(2);

      expect(await claim(1, { key: keyOf('bob') })).toEqual({ outcome: 'claimed' });
    });

    it('does nothing when it comes too late', async () => {
      const { nowMs } = await subject().directory.nodes.beat(rowOf(NODE_1), LONG_MS);

      expect(await claim(2, { notAfterMs: nowMs - 1 })).toEqual({ outcome: 'late' });
      expect(await claim(1, { notAfterMs: nowMs + LONG_MS })).toEqual({ outcome: 'claimed' });
    });

    it('forgets a claim that was not renewed', async () => {
      await claim(2, { lifeMs: SHORT_MS });
      await subject().advance(LONGER_MS);

      expect(await claim(1)).toEqual({ outcome: 'claimed' });
    });

    it('extends a claim from the moment of its renewal', async () => {
      await claim(2, { lifeMs: SHORT_MS });
      await claim(2, { lifeMs: LONG_MS });
      await subject().advance(LONGER_MS);

      expect(await claim(1)).toEqual({ outcome: 'superseded' });
    });

    it('is not extended by a claim that it refused', async () => {
      await claim(2, { lifeMs: SHORT_MS });
      await claim(1, { lifeMs: LONG_MS });
      await subject().advance(LONGER_MS);

      expect(await claim(1)).toEqual({ outcome: 'claimed' });
    });

    it('releases by bye, and then refuses that fence and every lower one', async () => {
      await claim(2);
      await bye(2);

      expect(await claim(2)).toEqual({ outcome: 'superseded' });
      expect(await claim(1)).toEqual({ outcome: 'superseded' });
    });

    it('lets a later fence in after a bye, and names nobody as the former', async () => {
      await claim(2);
      await bye(2);

      expect(await claim(3)).toEqual({ outcome: 'claimed' });
    });

    it('takes a bye that overtakes its claim: the claim then finds itself refused', async () => {
      await bye(2);

      expect(await claim(2)).toEqual({ outcome: 'superseded' });
    });

    it('does not let an old bye release a new claim', async () => {
      await claim(2, { node: NODE_2 });
      await bye(1);

      expect(await claim(1)).toEqual({ outcome: 'superseded' });
      expect(await claim(3)).toMatchObject({
        outcome: 'claimed',
        former: { node: NODE_2, session: sessionOf('ann', 2) },
      });
    });

    it('takes a bye twice', async () => {
      await claim(2);
      await bye(2);
      await bye(1);
      await bye(2);

      expect(await claim(2)).toEqual({ outcome: 'superseded' });
      expect(await claim(3)).toEqual({ outcome: 'claimed' });
    });
  });

  describe('peers: whose credential does not name the peer', () => {
    const subject = fresh(make);
    const peers = () => subject().directory.peers;
    const claim = (at: number, more: Partial<PeerClaim> = {}) =>
      peers().claim(peerClaimOf('ann', { at, ...more }));

    it('has what is nobody’s', async () => {
      expect(await claim(1)).toEqual({ outcome: 'claimed' });
    });

    it('takes nobody’s place without proof, and changes nothing by trying', async () => {
      await claim(1);

      expect(await claim(2)).toEqual({ outcome: 'unproven' });
      expect(await claim(2, { comeback: comebackOf('eve', 1) })).toEqual({ outcome: 'unproven' });
      expect(await claim(2, { comeback: comebackOf('eve', 1, 'restart') })).toEqual({ outcome: 'unproven' });
      expect(await peers().assert(peerAssertionOf('ann'), readingOf(), Infinity)).toBe('asserted');
      expect(await claim(3, { comeback: comebackOf('ann', 1) })).toMatchObject({ outcome: 'resumed' });
    });

    it('takes its own place anew with proof, and says where the one before may have seats', async () => {
      await claim(1);
      await peers().away(peerAssertionOf('ann', { rooms: ['stage'] as RoomId[] }), LONG_MS);

      expect(await claim(2, { comeback: comebackOf('ann', 1, 'restart') })).toEqual({
        outcome: 'claimed',
        former: {
          node: NODE_1,
          session: sessionOf('ann', 1),
          instance: claimOf('ann').instance,
          rooms: ['stage'],
        },
      });
      expect(await claim(3, { comeback: comebackOf('ann', 1) })).toEqual({ outcome: 'unproven' });
      expect(await claim(3, { comeback: comebackOf('ann', 2) })).toMatchObject({
        outcome: 'resumed',
        instance: claimOf('ann', { at: 2 }).instance,
        rooms: [],
      });
    });

    it('does not take the place of another user’s with the right secret', async () => {
      await claim(1);
      const comeback = comebackOf('ann', 1, 'restart');

      expect(await claim(2, { comeback, user: 'eve' as UserId })).toEqual({ outcome: 'unproven' });
    });

    it.each(['resume', 'restart'] as const)('has nothing to %s where nobody is', async (as) => {
      expect(await claim(2, { comeback: comebackOf('ann', 1, as) })).toEqual({ outcome: 'unproven' });
      expect(await claim(1)).toEqual({ outcome: 'claimed' });
    });

    it('has nothing to come back to after a bye', async () => {
      await claim(1);
      await peers().bye(ANN, fenceAt('ann'));

      expect(await claim(2, { comeback: comebackOf('ann', 1) })).toEqual({ outcome: 'unproven' });
    });

    it('has what was somebody’s who was away for too long, and hears where that one may have seats', async () => {
      await peers().away(peerAssertionOf('ann', { rooms: ['stage'] as RoomId[] }), SHORT_MS);
      await subject().advance(LONGER_MS);

      expect(await claim(2, { reading: readingOf() })).toMatchObject({
        outcome: 'claimed',
        former: { session: sessionOf('ann', 1), rooms: ['stage'] },
      });
    });
  });
}
