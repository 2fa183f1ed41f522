import { MAIL } from '@parley/protocol';
import { describe, expect, it } from 'vitest';
import type { PutRequest } from '../ports/directory.ts';
import { comebackOf, fetchMail, keyOf, peerAssertionOf, peerClaimOf, putOf } from './peer-samples.ts';
import {
  fenceAt,
  LONGER_MS,
  LONG_MS,
  NODE_1,
  NODE_2,
  NODE_3,
  readingOf,
  rowOf,
  sessionOf,
  SHORT_MS,
} from './samples.ts';
import { fresh, type MakeDirectory } from './subject.ts';

const ANN = keyOf('ann');

/** Signals for a peer that is away. */
export function peerMailContract(make: MakeDirectory): void {
  describe('peers: mail', () => {
    const subject = fresh(make);
    const peers = () => subject().directory.peers;
    const put = (text: string, more: Partial<PutRequest> & { at?: number } = {}) =>
      peers().put(putOf('ann', text, more));
    const leave = () => peers().away(peerAssertionOf('ann'), LONG_MS);
    const confirm = (at: number) => peers().confirm(ANN, fenceAt('ann', at));
    const fetch = (at: number, withSecretOf: number) => fetchMail(peers(), 'ann', at, withSecretOf);

    it('keeps what comes for a peer that is away, and hands it over in order', async () => {
      await leave();
      for (const text of ['{"n":1}', '{"n":2}', '{"n":3}']) {
        const answer = await put(text);
        expect(answer).toEqual({ outcome: 'kept', forMs: expect.any(Number) });
        expect(answer.outcome === 'kept' && answer.forMs).toBeGreaterThan(LONG_MS / 2);
        expect(answer.outcome === 'kept' && answer.forMs).toBeLessThanOrEqual(LONG_MS);
      }

      expect(await fetch(2, 1)).toEqual(['{"n":1} 0', '{"n":2} 0', '{"n":3} 0']);
    });

    it('keeps every text as it was', async () => {
      const texts = ['', ' ', '7 of 9', 'a\nb\r\n\0c', '"\\', 'päivää, 你好, 👋🏽', '\u{1f}'];
      await leave();
      for (const text of texts) await put(text);

      expect(await fetch(2, 1)).toEqual(texts.map((text) => `${text} 0`));
    });

    it('says where a peer is that is here, and keeps nothing', async () => {
      await peers().claim(peerClaimOf('ann', { node: NODE_2 }));

      expect(await put('hi')).toEqual({ outcome: 'here', node: NODE_2, session: sessionOf('ann') });
      expect(await fetch(2, 1)).toEqual([]);
    });

    it('finds that a peer at a lost node is away, from now on', async () => {
      await peers().claim(peerClaimOf('ann', { node: NODE_2 }));
      expect(await put('hi', { reading: readingOf({ lost: [NODE_3] }) })).toMatchObject({ outcome: 'here' });
      const reading = readingOf({ lost: [NODE_3, NODE_2], awayMs: SHORT_MS });
      expect(await put('one', { reading })).toMatchObject({ outcome: 'kept' });

      expect(await put('two')).toMatchObject({ outcome: 'kept' });
      await subject().advance(LONGER_MS);
      expect(await put('three', { reading })).toEqual({ outcome: 'gone' });
    });

    it('is handed to a resume of a peer at a lost node, who needs not to be told', async () => {
      await peers().claim(peerClaimOf('ann', { node: NODE_2 }));
      await put('hi', { reading: readingOf({ lost: [NODE_2] }) });

      const answer = await peers().claim(peerClaimOf('ann', { at: 2, comeback: comebackOf('ann', 1) }));
      expect(answer).toMatchObject({ outcome: 'resumed', mail: [{ text: 'hi', mailed: 0 }] });
      expect(answer).not.toHaveProperty('former');
    });

    it('keeps nothing for another life of the peer, and nothing for nobody', async () => {
      expect(await put('hi')).toEqual({ outcome: 'gone' });
      await leave();
      expect(await put('hi', { at: 2 })).toEqual({ outcome: 'gone' });
      await peers().bye(ANN, fenceAt('ann'));
      expect(await put('hi')).toEqual({ outcome: 'gone' });
    });

    it('keeps nothing that comes too late', async () => {
      const { nowMs } = await subject().directory.nodes.beat(rowOf(NODE_1), LONG_MS);
      await leave();

      expect(await put('late', { notAfterMs: nowMs - 1 })).toEqual({ outcome: 'late' });
      expect(await put('in time', { notAfterMs: nowMs + LONG_MS })).toMatchObject({ outcome: 'kept' });
      expect(await fetch(2, 1)).toEqual(['in time 0']);
    });

    it('says how long it keeps it: longer while the directory was out of reach, but never beyond the record', async () => {
      const { nowMs } = await subject().directory.nodes.beat(rowOf(NODE_1), LONG_MS);
      await peers().away(peerAssertionOf('ann', { lifeMs: LONG_MS / 2 }), SHORT_MS);
      const forMs = async (mercyUntilMs: number) => {
        const answer = await put('hi', { reading: readingOf({ mercyUntilMs }) });
        if (answer.outcome !== 'kept') throw new Error(`expected it to be kept, but: ${answer.outcome}`);
        return answer.forMs;
      };

      expect(await forMs(0)).toBeLessThanOrEqual(SHORT_MS);
      expect(await forMs(nowMs + LONG_MS / 4)).toBeGreaterThan(SHORT_MS);
      expect(await forMs(nowMs + LONG_MS / 4)).toBeLessThanOrEqual(LONG_MS / 4);
      expect(await forMs(nowMs + 2 * LONG_MS)).toBeLessThanOrEqual(LONG_MS / 2);
    });

    it(`is full with ${MAIL.maxSignals} signals`, async () => {
      await leave();
      for (let n = 0; n < MAIL.maxSignals; n += 1) await put(`${n}`);

      expect(await put('one more')).toEqual({ outcome: 'full' });
      const handed = await fetch(2, 1);
      expect(handed).toHaveLength(MAIL.maxSignals);
      expect(handed.at(-1)).toBe(`${MAIL.maxSignals - 1} 0`);
    });

    it(`is full with ${MAIL.maxBytes} bytes of UTF-8`, async () => {
      await leave();
      const half = 'ä'.repeat(MAIL.maxBytes / 4);
      await put(half);

      expect(await put(`${half}!`)).toEqual({ outcome: 'full' });
      expect(await put(half)).toMatchObject({ outcome: 'kept' });
      expect(await put('!')).toEqual({ outcome: 'full' });
      expect(await put('')).toMatchObject({ outcome: 'kept' });
    });

    it('has room again once what was handed over is confirmed', async () => {
      await leave();
      await put('x'.repeat(MAIL.maxBytes));
      await fetch(2, 1);
      await confirm(2);
      await peers().away(peerAssertionOf('ann', { at: 2, instance: peerClaimOf('ann').instance }), LONG_MS);

      expect(await put('y'.repeat(MAIL.maxBytes))).toMatchObject({ outcome: 'kept' });
    });

    it('is handed over again if its session never said a word, and says how often it was', async () => {
      await leave();
      await put('one');
      expect(await fetch(2, 1)).toEqual(['one 0']);
      expect(await fetch(3, 1)).toEqual(['one 1']);
      const { instance } = peerClaimOf('ann');
      await peers().away(peerAssertionOf('ann', { at: 3, instance }), LONG_MS);
      await put('two');

      expect(await fetch(4, 3)).toEqual(['one 2', 'two 0']);
    });

    it('is never handed over again once it is confirmed', async () => {
      await leave();
      await put('one');
      await fetch(2, 1);
      await confirm(2);

      expect(await fetch(3, 2)).toEqual([]);
    });

    it('is not lost by a confirmation that finds the peer away again: what came since stays', async () => {
      await leave();
      await put('one');
      await fetch(2, 1);
      const { instance } = peerClaimOf('ann');
      await peers().away(peerAssertionOf('ann', { at: 2, instance }), LONG_MS);
      await put('two');
      await confirm(2);
      await confirm(2);

      expect(await fetch(3, 2)).toEqual(['two 0']);
    });

    it('is not lost by the confirmation of another session', async () => {
      await leave();
      await put('one');
      await fetch(2, 1);
      await fetch(3, 1);
      await confirm(2);

      expect(await fetch(4, 3)).toEqual(['one 2']);
    });

    it('is handed to the session that asks again as to one, and with what came meanwhile', async () => {
      await leave();
      await put('one');
      await fetch(2, 1);
      await put('two', { reading: readingOf({ lost: [NODE_1] }) });

      expect(await fetch(2, 1)).toEqual(['one 0', 'two 0']);
      expect(await fetch(3, 1)).toEqual(['one 1', 'two 1']);
    });

    it('is not for a new life', async () => {
      await leave();
      await put('one');
      await peers().claim(peerClaimOf('ann', { at: 2, isFixed: true }));

      expect(await fetch(3, 2)).toEqual([]);
    });

    it('is not for a new life that the directory had forgotten', async () => {
      await leave();
      await put('one');
      await peers().assert(peerAssertionOf('ann', { at: 2 }), readingOf(), Infinity);

      expect(await fetch(3, 2)).toEqual([]);
    });

    it('ends with a goodbye', async () => {
      await leave();
      await put('one');
      await peers().bye(ANN, fenceAt('ann'));
      await peers().away(peerAssertionOf('ann', { at: 2, instance: peerClaimOf('ann').instance }), LONG_MS);

      expect(await fetch(3, 2)).toEqual([]);
    });

    it('is kept apart from the mail of others', async () => {
      await leave();
      await peers().away(peerAssertionOf('bob'), LONG_MS);
      await peers().put(putOf('bob', 'for bob'));

      expect(await fetch(2, 1)).toEqual([]);
    });
  });
}
