import { setImmediate as nextTurn } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import type { Listen, SendOutcome, Socket } from '../ports/socket.ts';
import { PATIENCE } from './client.ts';
import { OPCODE } from './frames.ts';
import { MAX_BACKPRESSURE_BYTES, setStage } from './stage.ts';

const MESSAGE_BYTES = 16_384;
/** More than any kernel buffers of one loopback connection. */
const MAX_MESSAGES = 16_384;

export function sendingContract(listen: Listen): void {
  describe('what the node sends', () => {
    it('arrives as one text frame and counts as sent', async () => {
      const stage = await setStage(listen);
      const { client, session } = await stage.join();
      expect(session.socket.send('grüß dich 👋')).toBe('sent');
      await expect.poll(() => client.texts(), PATIENCE).toEqual(['grüß dich 👋']);
    });

    it('arrives as text when it was bytes, also when they are part of a larger buffer', async () => {
      const stage = await setStage(listen);
      const { client, session } = await stage.join();
      expect(session.socket.send(Buffer.from('<<grüß dich>>').subarray(2, -2))).toBe('sent');
      await expect.poll(() => client.texts(), PATIENCE).toEqual(['grüß dich']);
    });

    it('arrives when it was sent inside open', async () => {
      const stage = await setStage(listen, { opened: ({ socket }) => void socket.send('welcome') });
      const { client } = await stage.join();
      await expect.poll(() => client.texts(), PATIENCE).toEqual(['welcome']);
    });

    it('arrives when it was sent inside message', async () => {
      const stage = await setStage(listen, { heard: ({ socket }, text) => void socket.send(`echo ${text}`) });
      const { client } = await stage.join();
      client.text('a');
      client.text('b');
      await expect.poll(() => client.texts(), PATIENCE).toEqual(['echo a', 'echo b']);
    });

    it('arrives in order out of a cork, also out of a cork in a cork', async () => {
      const stage = await setStage(listen);
      const { client, session } = await stage.join();
      const outcomes: SendOutcome[] = [];
      session.socket.cork(() => {
        outcomes.push(session.socket.send('1'));
        session.socket.cork(() => outcomes.push(session.socket.send('2')));
        outcomes.push(session.socket.send('3'));
      });
      expect(outcomes).toEqual(['sent', 'sent', 'sent']);
      await expect.poll(() => client.texts(), PATIENCE).toEqual(['1', '2', '3']);
    });

    it('arrives out of a cork that throws, and so does what follows', async () => {
      const stage = await setStage(listen);
      const { client, session } = await stage.join();
      const failingWrites = (): void => {
        session.socket.send('before');
        throw new Error('a bug');
      };
      expect(() => session.socket.cork(failingWrites)).toThrow('a bug');
      session.socket.send('after');
      await expect.poll(() => client.texts(), PATIENCE).toEqual(['before', 'after']);
    });

    it('arrives as a ping, which changes nothing else', async () => {
      const stage = await setStage(listen);
      const { client, session } = await stage.join();
      session.socket.ping();
      expect(session.socket.send('x')).toBe('sent');
      await expect
        .poll(() => client.frames.map(({ opcode }) => opcode), PATIENCE)
        .toEqual([OPCODE.ping, OPCODE.text]);
    });
  });

  describe('a client that does not read', () => {
    it('gets what is sent, then queued within the limit, then a drop that ends it without a gap', async () => {
      const stage = await setStage(listen);
      const { client, session } = await stage.join();
      client.wire.pause();
      const outcomes = await fill(session.socket);

      expect(outcomes[0]).toBe('sent');
      expect(outcomes.at(-1)).toBe('dropped');
      expect(outcomes.filter((outcome) => outcome === 'dropped')).toHaveLength(1);
      const queued = outcomes.length - 1 - outcomes.lastIndexOf('sent') - 1;
      expect(queued).toBeGreaterThan(0);
      // The limit, the message that crosses it and the one that the kernel took a part of.
      expect(queued * MESSAGE_BYTES).toBeLessThanOrEqual(MAX_BACKPRESSURE_BYTES + 2 * MESSAGE_BYTES);

      expect(session.socket.send('more')).toBe('ended');
      await expect.poll(() => session.closes, PATIENCE).toEqual([1006]);
      client.wire.resume();
      await client.over();
      const numbers = client.texts().map((text) => Number.parseInt(text, 10));
      expect(numbers).toEqual(numbers.map((_, i) => i));
      expect(client.closeFrame()).toBeUndefined();
    });

    it('is dropped inside a cork too, pings included', async () => {
      const stage = await setStage(listen);
      const { client, session } = await stage.join();
      client.wire.pause();
      const outcomes: SendOutcome[] = [];
      while (!isOver(outcomes.at(-1)) && outcomes.length < MAX_MESSAGES) {
        session.socket.cork(() => {
          outcomes.push(session.socket.send('x'.repeat(MESSAGE_BYTES)));
          session.socket.ping();
        });
        await nextTurn();
      }
      // It may be the ping that was too much: nobody is told that, and the next message finds the socket ended.
      expect(isOver(outcomes.at(-1))).toBe(true);
      await expect.poll(() => session.closes, PATIENCE).toEqual([1006]);
    });

    it('that reads again in time loses nothing', async () => {
      const stage = await setStage(listen);
      const { client, session } = await stage.join();
      client.wire.pause();
      let sent = 0;
      for (let outcome: SendOutcome = 'sent'; outcome === 'sent' && sent < MAX_MESSAGES; sent += 1) {
        outcome = session.socket.send(numbered(sent));
        await nextTurn();
      }
      client.wire.resume();
      await expect.poll(() => client.texts().length, PATIENCE).toBe(sent);
      expect(session.socket.send('on it goes')).toBe('sent');
      expect(session.closes).toEqual([]);
    });

    it('is gone soon after it was ended', async () => {
      const stage = await setStage(listen);
      const { client, session } = await stage.join();
      client.wire.pause();
      for (let outcome: SendOutcome = 'sent'; outcome === 'sent';) {
        outcome = session.socket.send('x'.repeat(MESSAGE_BYTES));
        await nextTurn();
      }
      session.socket.end(4001, 'slow-consumer');
      await expect.poll(() => session.closes, PATIENCE).toEqual([4001]);
    });
  });
}

const isOver = (outcome: SendOutcome | undefined) => outcome === 'dropped' || outcome === 'ended';

/** Sends numbered messages until one is dropped. */
async function fill(socket: Socket): Promise<SendOutcome[]> {
  const outcomes: SendOutcome[] = [];
  while (outcomes.at(-1) !== 'dropped' && outcomes.length < MAX_MESSAGES) {
    outcomes.push(socket.send(numbered(outcomes.length)));
    await nextTurn();
  }
  return outcomes;
}

function numbered(n: number): string {
  return `${n} `.padEnd(MESSAGE_BYTES, '.');
}
