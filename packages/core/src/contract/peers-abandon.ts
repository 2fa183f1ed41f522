import { describe, expect, it } from 'vitest';
import type { RoomId } from '@parley/protocol';
import type { PeerClaim } from '../ports/directory.ts';
import { comebackOf, keyOf, peerAssertionOf, peerClaimOf, putOf } from './peer-samples.ts';
import {
  claimOf,
  fenceAt,
  LONGER_MS,
  LONG_MS,
  NODE_1,
  NODE_2,
  readingOf,
  sessionOf,
  SHORT_MS,
} from './samples.ts';
import { fresh, type MakeDirectory } from './subject.ts';

const ANN = keyOf('ann');
const { instance } = claimOf('ann');

/** Claims that came to nothing, and may have succeeded all the same. */
export function peerAbandonContract(make: MakeDirectory): void {
  describe('peers: abandon', () => {
    const subject = fresh(make);
    const peers = () => subject().directory.peers;
    const claim = (at: number, more: Partial<PeerClaim> = {}) =>
      peers().claim(peerClaimOf('ann', { at, ...more }));
    const resume = (at: number, withSecretOf: number) =>
      claim(at, { comeback: comebackOf('ann', withSecretOf) });
    const abandon = (at: number, awayMs = LONG_MS) => peers().abandon(ANN, fenceAt('ann', at), awayMs);
    const put = (text = 'hi') => peers().put(putOf('ann', text));

    it('leaves the peer away, from now on and for so long', async () => {
      await claim(1);
      expect(await put()).toMatchObject({ outcome: 'here' });
      await abandon(1, SHORT_MS);
      expect(await put()).toMatchObject({ outcome: 'kept' });
      await subject().advance(LONGER_MS);

      expect(await put()).toEqual({ outcome: 'gone' });
      expect(await resume(2, 1)).toEqual({ outcome: 'unproven' });
    });

    it('changes nothing else: rooms, secrets, mail and life are what they were', async () => {
      const rooms = ['stage', 'wings'] as RoomId[];
      await peers().away(peerAssertionOf('ann', { rooms }), LONG_MS);
      await put('one');
      await resume(2, 1);
      await abandon(2);
      await put('two');

      const mail = [
        { text: 'one', mailed: 1 },
        { text: 'two', mailed: 0 },
      ];
      expect(await resume(3, 1)).toEqual({ outcome: 'resumed', instance, rooms, mail });
    });

    it('leaves the secret offered as good as the one proven', async () => {
      await claim(1);
      await resume(2, 1);
      await abandon(2);

      expect(await resume(3, 2)).toMatchObject({ outcome: 'resumed', instance });
    });

    it('does not make the record live longer', async () => {
      await claim(1, { lifeMs: SHORT_MS });
      await abandon(1);
      await subject().advance(LONGER_MS);

      expect(await claim(1, { node: NODE_2 })).toEqual({ outcome: 'claimed' });
    });

    it('does not make a window longer, however often it is said', async () => {
      await claim(1);
      await abandon(1, SHORT_MS);
      await abandon(1);
      await subject().advance(LONGER_MS);

      expect(await put()).toEqual({ outcome: 'gone' });
    });

    it('changes nothing of a window that began otherwise', async () => {
      await peers().away(peerAssertionOf('ann'), LONG_MS);
      await abandon(1, SHORT_MS);
      await subject().advance(LONGER_MS);

      expect(await put()).toMatchObject({ outcome: 'kept' });
    });

    it('does nothing to another session’s claim, be it later or earlier', async () => {
      await claim(2, { node: NODE_2, instance });
      await abandon(1);
      await abandon(3);

      expect(await put()).toEqual({ outcome: 'here', node: NODE_2, session: sessionOf('ann', 2) });
    });

    it('does nothing where nobody is, and nothing to a goodbye', async () => {
      await abandon(1);
      expect(await claim(1)).toEqual({ outcome: 'claimed' });
      await peers().bye(ANN, fenceAt('ann'));
      await abandon(1);

      expect(await put()).toEqual({ outcome: 'gone' });
      expect(await claim(1)).toEqual({ outcome: 'superseded' });
      expect(await claim(2)).toEqual({ outcome: 'claimed' });
    });

    it('is over when the same session says after all that it is here', async () => {
      await claim(1);
      await abandon(1);

      expect(await peers().assert(peerAssertionOf('ann'), readingOf(), Infinity)).toBe('asserted');
      expect(await put()).toEqual({ outcome: 'here', node: NODE_1, session: sessionOf('ann') });
    });
  });
}
