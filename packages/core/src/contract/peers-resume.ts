import { describe, expect, it } from 'vitest';
import type { RoomId, UserId } from '@parley/protocol';
import type { PeerAssertion, PeerClaim } from '../ports/directory.ts';
import { comebackOf, keyOf, peerAssertionOf, peerClaimOf, putOf, secretOf } from './peer-samples.ts';
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
const { instance } = claimOf('ann');

/** Going away and coming back. */
export function peerResumeContract(make: MakeDirectory): void {
  describe('peers: resume', () => {
    const subject = fresh(make);
    const peers = () => subject().directory.peers;
    const claim = (at: number, more: Partial<PeerClaim> = {}) =>
      peers().claim(peerClaimOf('ann', { at, ...more }));
    /** Session `at` comes with the secret that an earlier one was given. */
    const resume = (at: number, withSecretOf: number, more: Partial<PeerClaim> = {}) =>
      claim(at, { comeback: comebackOf('ann', withSecretOf), ...more });
    const confirm = (at: number) => peers().confirm(ANN, fenceAt('ann', at));

    it('continues a peer that is away: same instance, its rooms, nobody to tell', async () => {
      await claim(1);
      await peers().away(peerAssertionOf('ann', { rooms: ['stage', 'wings'] as RoomId[] }), LONG_MS);

      expect(await resume(2, 1)).toEqual({
        outcome: 'resumed',
        instance,
        rooms: ['stage', 'wings'],
        mail: [],
      });
    });

    it('continues a peer that is here, and says where, because that session may not know', async () => {
      await claim(1, { node: NODE_2 });

      expect(await resume(2, 1)).toEqual({
        outcome: 'resumed',
        instance,
        rooms: [],
        mail: [],
        former: { node: NODE_2, session: sessionOf('ann', 1) },
      });
    });

    it('has the fence of the later session: the earlier one is refused whatever it says', async () => {
      await claim(1);
      await resume(2, 1);

      expect(await claim(1)).toEqual({ outcome: 'superseded' });
      expect(await peers().assert(peerAssertionOf('ann', { at: 1 }), readingOf(), Infinity)).toBe(
        'superseded',
      );
      expect(await peers().away(peerAssertionOf('ann', { at: 1 }), LONG_MS)).toBe('superseded');
      await peers().bye(ANN, fenceAt('ann', 1));
      expect(await peers().put(putOf('ann', 'hi'))).toMatchObject({ outcome: 'here' });
    });

    it('is refused where a later session stands', async () => {
      await claim(3);

      expect(await resume(2, 3)).toEqual({ outcome: 'superseded' });
    });

    it('takes the secret proven and the secret offered until it is confirmed, and no other', async () => {
      await claim(1);
      await resume(2, 1);
      expect(await resume(3, 1)).toMatchObject({ outcome: 'resumed' });
      expect(await resume(4, 2)).toEqual({ outcome: 'unproven' });
      expect(await resume(5, 3)).toMatchObject({ outcome: 'resumed' });
      expect(await resume(6, 1)).toEqual({ outcome: 'unproven' });
      expect(await resume(7, 3)).toMatchObject({ outcome: 'resumed' });
    });

    it('takes only the offered secret once it is confirmed', async () => {
      await claim(1);
      await resume(2, 1);
      await confirm(2);

      expect(await resume(3, 1)).toEqual({ outcome: 'unproven' });
      expect(await resume(3, 2)).toMatchObject({ outcome: 'resumed' });
    });

    it('is confirmed by nobody but its own session', async () => {
      await claim(1);
      await resume(2, 1);
      await confirm(1);
      await confirm(3);

      expect(await resume(4, 1)).toMatchObject({ outcome: 'resumed' });
    });

    it('needs the same user', async () => {
      await claim(1);

      expect(await resume(2, 1, { user: 'eve' as UserId })).toEqual({ outcome: 'unproven' });
      const { user: _, ...nobody } = peerClaimOf('ann', { at: 2, comeback: comebackOf('ann', 1) });
      expect(await peers().claim(nobody)).toEqual({ outcome: 'unproven' });
      expect(await resume(2, 1)).toMatchObject({ outcome: 'resumed' });
    });

    it('works for who is no user at all', async () => {
      const { user: _, ...first } = peerClaimOf('ann');
      const { user: __, ...second } = peerClaimOf('ann', { at: 2, comeback: comebackOf('ann', 1) });
      await peers().claim(first);

      expect(await peers().claim(second)).toMatchObject({ outcome: 'resumed' });
    });

    it('without proof starts anew where the credential names the peer', async () => {
      await claim(1);

      expect(await resume(2, 7, { isFixed: true })).toMatchObject({
        outcome: 'claimed',
        former: { session: sessionOf('ann', 1), instance },
      });
      expect(await resume(3, 1)).toEqual({ outcome: 'unproven' });
    });

    it('answers the same when it is asked again, because the first answer may have been lost', async () => {
      await claim(1);
      await peers().away(peerAssertionOf('ann', { rooms: ['stage'] as RoomId[] }), LONG_MS);
      await peers().put(putOf('ann', 'hi'));
      const first = await resume(2, 1);

      expect(first).toMatchObject({ outcome: 'resumed', mail: [{ text: 'hi', mailed: 0 }] });
      expect(await resume(2, 1)).toEqual(first);
    });

    it('takes over the life that it came back to, from the moment it came', async () => {
      await claim(1, { lifeMs: SHORT_MS });
      await resume(2, 1, { lifeMs: LONG_MS });
      await subject().advance(LONGER_MS);

      expect(await claim(1)).toEqual({ outcome: 'superseded' });
    });
  });

  describe('peers: away', () => {
    const subject = fresh(make);
    const peers = () => subject().directory.peers;
    const resume = (at: number, more: Partial<PeerClaim> = {}) =>
      peers().claim(peerClaimOf('ann', { at, comeback: comebackOf('ann', 1), ...more }));
    const away = (awayMs: number, more: Partial<PeerAssertion> & { at?: number } = {}) =>
      peers().away(peerAssertionOf('ann', more), awayMs);
    const isAway = async () => (await peers().put(putOf('ann', 'hi'))).outcome === 'kept';

    it('ends with its window, also if its record lives on', async () => {
      expect(await away(SHORT_MS)).toBe('away');
      await subject().advance(LONGER_MS);

      expect(await resume(2)).toEqual({ outcome: 'unproven' });
      expect(await peers().put(putOf('ann', 'hi'))).toEqual({ outcome: 'gone' });
    });

    it('does not end while the directory was out of reach', async () => {
      await away(SHORT_MS);
      await subject().advance(LONGER_MS);
      const { nowMs } = await subject().directory.nodes.beat(rowOf(NODE_1), LONG_MS);

      expect(await resume(2, { reading: readingOf({ mercyUntilMs: nowMs - 1 }) })).toEqual({
        outcome: 'unproven',
      });
      const reading = readingOf({ mercyUntilMs: nowMs + LONG_MS });
      expect(await resume(2, { reading })).toMatchObject({ outcome: 'resumed', instance });
    });

    it('does not grow longer by being said again', async () => {
      await away(SHORT_MS);
      await away(LONG_MS);
      await subject().advance(LONGER_MS);

      expect(await resume(2)).toEqual({ outcome: 'unproven' });
    });

    it('ends when its own session says that it is here', async () => {
      await away(SHORT_MS);
      expect(await peers().assert(peerAssertionOf('ann'), readingOf(), Infinity)).toBe('asserted');
      await subject().advance(LONGER_MS);

      expect(await peers().put(putOf('ann', 'hi'))).toEqual({
        outcome: 'here',
        node: NODE_1,
        session: sessionOf('ann'),
      });
      expect(await resume(2)).toMatchObject({ outcome: 'resumed' });
    });

    it('is a full statement: a directory that has forgotten the peer has it again', async () => {
      await away(LONG_MS, { rooms: ['stage'] as RoomId[] });

      expect(await isAway()).toBe(true);
      expect(await resume(2)).toMatchObject({ outcome: 'resumed', instance, rooms: ['stage'] });
    });

    it('is believed of a later session than the directory knows', async () => {
      await peers().claim(peerClaimOf('ann'));

      expect(await away(LONG_MS, { at: 2, instance })).toBe('away');
      expect(await isAway()).toBe(true);
      expect(await resume(3, { comeback: comebackOf('ann', 2) })).toMatchObject({ outcome: 'resumed' });
    });

    it('is not believed of a session that has said goodbye', async () => {
      await peers().claim(peerClaimOf('ann'));
      await peers().bye(ANN, fenceAt('ann'));

      expect(await away(LONG_MS)).toBe('superseded');
      expect(await resume(2)).toEqual({ outcome: 'unproven' });
    });

    it('can be ended by a goodbye', async () => {
      await away(LONG_MS);
      await peers().bye(ANN, fenceAt('ann'));

      expect(await resume(2)).toEqual({ outcome: 'unproven' });
    });
  });

  describe('peers: assert', () => {
    const subject = fresh(make);
    const peers = () => subject().directory.peers;
    const assert = (more: Partial<PeerAssertion> & { at?: number } = {}) =>
      peers().assert(peerAssertionOf('ann', more), readingOf(), Infinity);

    it('renews what is there', async () => {
      await peers().claim(peerClaimOf('ann', { at: 2, lifeMs: SHORT_MS }));
      expect(await assert({ at: 2 })).toBe('asserted');
      await subject().advance(LONGER_MS);

      expect(await peers().claim(peerClaimOf('ann', { at: 1 }))).toEqual({ outcome: 'superseded' });
    });

    it('puts back what the directory has forgotten, its secrets and its rooms too', async () => {
      const secrets = { proven: secretOf('ann', 1), offered: secretOf('ann', 2) };
      expect(await assert({ at: 2, instance, rooms: ['stage'] as RoomId[], ...secrets })).toBe('restored');

      const comeback = (at: number, presented: number) =>
        peers().claim(peerClaimOf('ann', { at, comeback: comebackOf('ann', presented) }));
      const former = { node: NODE_1, session: sessionOf('ann', 2) };
      expect(await comeback(3, 1)).toEqual({
        outcome: 'resumed',
        instance,
        rooms: ['stage'],
        mail: [],
        former,
      });
      expect(await comeback(4, 2)).toEqual({ outcome: 'unproven' });
    });

    it('puts itself in the place of an earlier session', async () => {
      await assert({ at: 1 });

      expect(await assert({ at: 2 })).toBe('restored');
      expect(await assert({ at: 1 })).toBe('superseded');
    });

    it('says which rooms there are from now on', async () => {
      await assert({ rooms: ['stage'] as RoomId[] });
      await assert({ rooms: [] });

      expect(await peers().claim(peerClaimOf('ann', { at: 2, isFixed: true }))).toMatchObject({
        former: { rooms: [] },
      });
    });

    it('does not return after a goodbye', async () => {
      await peers().bye(ANN, fenceAt('ann', 2));

      expect(await assert({ at: 2 })).toBe('superseded');
      expect(await assert({ at: 3 })).toBe('restored');
    });
  });
}
