import { describe, expect, it } from 'vitest';
import type { PeerClaim, PutRequest } from '../ports/directory.ts';
import { comebackOf, fetchMail, keyOf, peerAssertionOf, peerClaimOf, putOf } from './peer-samples.ts';
import { fenceAt, LONGER_MS, LONG_MS, NODE_1, readingOf, rowOf, sessionOf, SHORT_MS } from './samples.ts';
import { fresh, type MakeDirectory } from './subject.ts';

/** Mail for a session that was taken for lost, while its window lasts and after that. */
export function peerMailWindowContract(make: MakeDirectory): void {
  describe('peers: mail and its window', () => {
    const subject = fresh(make);
    const peers = () => subject().directory.peers;
    const put = (text: string, more: Partial<PutRequest> = {}) => peers().put(putOf('ann', text, more));
    const leave = (awayMs = LONG_MS) => peers().away(peerAssertionOf('ann'), awayMs);
    const assert = (more: Parameters<typeof peerAssertionOf>[1] = {}, reading = readingOf()) =>
      peers().assert(peerAssertionOf('ann', more), reading, Infinity);
    const fetch = (at: number, withSecretOf: number, more: Partial<PeerClaim> = {}) =>
      fetchMail(peers(), 'ann', at, withSecretOf, more);

    it('waits for a comeback also if the node was taken for lost and was not, and stays in order till then', async () => {
      await peers().claim(peerClaimOf('ann'));
      await put('one', { reading: readingOf({ lost: [NODE_1] }) });

      expect(await assert()).toBe('mail-waits');
      expect(await put('two')).toMatchObject({ outcome: 'kept' });
      expect(await assert()).toBe('mail-waits');
      expect(await fetch(2, 1)).toEqual(['one 0', 'two 0']);
      expect(await assert()).toBe('superseded');
    });

    it('does not wait for a session that was handed all of it, nor where there is none', async () => {
      await leave();
      expect(await assert()).toBe('asserted');
      await leave();
      await put('one');
      await fetch(2, 1);
      const { instance } = peerClaimOf('ann');
      await peers().away(peerAssertionOf('ann', { at: 2, instance }), LONG_MS);

      expect(await assert({ at: 2, instance })).toBe('asserted');
      expect(await put('two')).toMatchObject({ outcome: 'here' });
    });

    it('waits for a comeback also while no window ends because the directory was out of reach', async () => {
      await peers().claim(peerClaimOf('ann'));
      await put('one', { reading: readingOf({ lost: [NODE_1], awayMs: SHORT_MS }) });
      await subject().advance(LONGER_MS);
      const { nowMs } = await subject().directory.nodes.beat(rowOf(NODE_1), LONG_MS);

      const reading = readingOf({ mercyUntilMs: nowMs + LONG_MS });
      expect(await assert({}, reading)).toBe('mail-waits');
      expect(await fetch(2, 1, { reading })).toEqual(['one 0']);
    });

    it('does not make a session wait whose window has ended, and is not handed over later', async () => {
      await peers().claim(peerClaimOf('ann'));
      await put('one', { reading: readingOf({ lost: [NODE_1], awayMs: SHORT_MS }) });
      await subject().advance(LONGER_MS);

      expect(await assert()).toBe('asserted');
      expect(await put('two')).toEqual({ outcome: 'here', node: NODE_1, session: sessionOf('ann') });
      expect(await fetch(2, 1)).toEqual([]);
    });

    it('is none to be handed over, or delivered, of what was handed over before the window ended', async () => {
      await leave();
      await put('one');
      await fetch(2, 1);
      const again = { at: 2, instance: peerClaimOf('ann').instance };
      await peers().away(peerAssertionOf('ann', again), SHORT_MS);
      await put('two');
      await subject().advance(LONGER_MS);

      expect(await assert(again)).toBe('asserted');
      await put('three', { reading: readingOf({ lost: [NODE_1] }) });
      await peers().confirm(keyOf('ann'), fenceAt('ann', 2));
      expect(await fetch(3, 2)).toEqual(['three 0']);
    });

    it('ends with its window for a later session that asserts, too', async () => {
      await leave(SHORT_MS);
      await put('one');
      await subject().advance(LONGER_MS);

      expect(await assert({ at: 2, instance: peerClaimOf('ann').instance })).toBe('restored');
      expect(await fetch(3, 2)).toEqual([]);
    });

    it.each([
      ['may not come back', {}, 'unproven'],
      ['takes its place', { isFixed: true }, 'claimed'],
    ] as const)('is not for who comes after the window and %s', async (_, how, outcome) => {
      await leave(SHORT_MS);
      await put('one');
      await subject().advance(LONGER_MS);

      const late = peerClaimOf('ann', { at: 2, comeback: comebackOf('ann', 1), ...how });
      expect(await peers().claim(late)).toMatchObject({ outcome });
      await peers().claim(peerClaimOf('ann', { at: 3 }));
      expect(await fetch(4, outcome === 'claimed' ? 2 : 3)).toEqual([]);
    });
  });
}
