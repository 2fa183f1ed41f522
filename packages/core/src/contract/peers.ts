import { describe, expect, it } from 'vitest';
import { peerKey } from '../keys.ts';
import type { PeerClaim } from '../ports/directory.ts';
import {
  asPeer,
  claimOf,
  fenceAt,
  LONGER_MS,
  LONG_MS,
  NODE_1,
  NODE_2,
  REALM,
  sessionOf,
  SHORT_MS,
} from './samples.ts';
import { fresh, type MakeDirectory } from './subject.ts';

const ANN = peerKey(REALM, asPeer('ann'));

export function peersContract(make: MakeDirectory): void {
  describe('peers', () => {
    const subject = fresh(make);
    const claim = (at: number, more: Partial<PeerClaim> = {}) =>
      subject().directory.peers.claim(annAt(at, more));
    const bye = (at: number) => subject().directory.peers.bye(ANN, fenceAt('ann', at));

    it('gives an unclaimed peer to whoever claims it, and names nobody as the former', async () => {
      expect(await claim(1)).toEqual({ outcome: 'claimed' });
    });

    it('renews an equal fence as often as it is claimed', async () => {
      await claim(1);

      expect(await claim(1)).toEqual({ outcome: 'claimed' });
      expect(await claim(1)).toEqual({ outcome: 'claimed' });
    });

    it('gives the peer to the higher fence, and says who was there', async () => {
      await claim(1, { node: NODE_1 });

      expect(await claim(2, { node: NODE_2 })).toEqual({
        outcome: 'claimed',
        former: { node: NODE_1, session: sessionOf('ann', 1) },
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

      expect(await claim(1, { key: peerKey(REALM, asPeer('bob')) })).toEqual({ outcome: 'claimed' });
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
      expect(await claim(3)).toEqual({
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
}

function annAt(at: number, more: Partial<PeerClaim>): PeerClaim {
  const { session, instance, fence } = claimOf('ann', { at });
  return { key: ANN, node: NODE_1, session, instance, fence, lifeMs: LONG_MS, ...more };
}
