import { describe, expect, it } from 'vitest';
import type { Listen } from '../ports/socket.ts';
import { PATIENCE } from './client.ts';
import { clientFrame, OPCODE } from './frames.ts';
import { MAX_MESSAGE_BYTES, setStage } from './stage.ts';

export function messageContract(listen: Listen): void {
  describe('what a client sends', () => {
    it('is heard as text with its length in bytes', async () => {
      const stage = await setStage(listen);
      const { client, session } = await stage.join();
      client.text('grüß dich 👋');
      await expect.poll(() => session.texts, PATIENCE).toEqual([{ text: 'grüß dich 👋', bytes: 16 }]);
    });

    it('is heard in order, also when many messages share a packet', async () => {
      const stage = await setStage(listen);
      const { client, session } = await stage.join();
      const sent = Array.from({ length: 100 }, (_, i) => `message ${i}`);
      client.write(Buffer.concat(sent.map((text) => clientFrame(OPCODE.text, text))));
      await expect.poll(() => session.texts.map(({ text }) => text), PATIENCE).toEqual(sent);
    });

    it('is heard whole when it came in fragments, split inside a character, with a ping between', async () => {
      const stage = await setStage(listen);
      const { client, session } = await stage.join();
      const bytes = Buffer.from('one👋two');
      client.write(clientFrame(OPCODE.text, bytes.subarray(0, 5), { fin: false }));
      client.write(clientFrame(OPCODE.ping));
      client.write(clientFrame(OPCODE.continuation, bytes.subarray(5)));
      await expect.poll(() => session.texts, PATIENCE).toEqual([{ text: 'one👋two', bytes: 10 }]);
    });

    it('is heard when it came byte by byte', async () => {
      const stage = await setStage(listen);
      const { client, session } = await stage.join();
      for (const byte of clientFrame(OPCODE.text, 'slow')) client.write(Buffer.from([byte]));
      await expect.poll(() => session.texts, PATIENCE).toEqual([{ text: 'slow', bytes: 4 }]);
    });

    it('may be empty', async () => {
      const stage = await setStage(listen);
      const { client, session } = await stage.join();
      client.text('');
      await expect.poll(() => session.texts, PATIENCE).toEqual([{ text: '', bytes: 0 }]);
    });

    it('is heard as binary, without its content', async () => {
      const stage = await setStage(listen);
      const { client, session } = await stage.join();
      client.write(clientFrame(OPCODE.binary, Buffer.from([1, 2, 3])));
      await expect.poll(() => session.binaries, PATIENCE).toBe(1);
      expect(session.texts).toEqual([]);
    });

    it.each([
      ['ping', OPCODE.ping],
      ['pong', OPCODE.pong],
    ])('is a sign of life when it is a %s', async (_name, opcode) => {
      const stage = await setStage(listen);
      const { client, session } = await stage.join();
      client.write(clientFrame(opcode, 'x'));
      await expect.poll(() => session.alives, PATIENCE).toBe(1);
    });

    it('is answered with a pong when it is a ping', async () => {
      const stage = await setStage(listen);
      const { client } = await stage.join();
      client.write(clientFrame(OPCODE.ping, 'payload'));
      await expect
        .poll(() => client.frames.find(({ opcode }) => opcode === OPCODE.pong)?.payload.toString(), PATIENCE)
        .toBe('payload');
    });

    it('is taken up to the limit', async () => {
      const stage = await setStage(listen);
      const { client, session } = await stage.join();
      client.text('x'.repeat(MAX_MESSAGE_BYTES));
      await expect.poll(() => session.texts[0]?.bytes, PATIENCE).toBe(MAX_MESSAGE_BYTES);
      expect(session.closes).toEqual([]);
    });

    it.each([
      ['in one frame', [clientFrame(OPCODE.text, 'x'.repeat(MAX_MESSAGE_BYTES + 1))]],
      [
        'in fragments',
        [
          clientFrame(OPCODE.text, 'x'.repeat(MAX_MESSAGE_BYTES), { fin: false }),
          clientFrame(OPCODE.continuation, 'x'),
        ],
      ],
    ])('ends the socket with 1009 when it is longer, %s', async (_how, frames) => {
      const stage = await setStage(listen);
      const { client, session } = await stage.join();
      for (const frame of frames) client.write(frame);
      await expect.poll(() => client.closeFrame(), PATIENCE).toEqual({ code: 1009, reason: 'too-big' });
      await expect.poll(() => session.closes, PATIENCE).toEqual([1009]);
      await client.over();
      expect(session.texts).toEqual([]);
    });

    it('ends the socket when it is far longer, with 1009 or without a word', async () => {
      const stage = await setStage(listen);
      const { client, session } = await stage.join();
      client.text('x'.repeat(MAX_MESSAGE_BYTES * 8));
      await expect.poll(() => session.closes, PATIENCE).toEqual([expect.toBeOneOf([1006, 1009])]);
      await client.over();
      expect(client.closeFrame()?.code).toBeOneOf([undefined, 1009]);
      expect(session.texts).toEqual([]);
    });

    it.each([
      ['text that is not UTF-8', clientFrame(OPCODE.text, Buffer.from([0x61, 0xc3, 0x28]))],
      ['an unknown opcode', clientFrame(0x3, 'x')],
      ['a reserved bit', Buffer.concat([Buffer.from([0xc1]), clientFrame(OPCODE.text, 'x').subarray(1)])],
      ['a continuation of nothing', clientFrame(OPCODE.continuation, 'x')],
      ['a control frame of 126 bytes', clientFrame(OPCODE.ping, 'x'.repeat(126))],
    ])('ends the socket when it is %s', async (_what, bytes) => {
      const stage = await setStage(listen);
      const { client, session } = await stage.join();
      client.write(bytes);
      await expect.poll(() => session.closes, PATIENCE).toEqual([expect.any(Number)]);
      await client.over();
      expect(session.texts).toEqual([]);
    });

    it('is never heard as it stands when it has no mask, and harms nobody else', async () => {
      const stage = await setStage(listen);
      const { client, session } = await stage.join();
      client.write(Buffer.concat([Buffer.from([0x81, 0x05]), Buffer.from('plain')]));
      client.wire.end();
      await expect.poll(() => session.closes, PATIENCE).toHaveLength(1);
      expect(session.texts.map(({ text }) => text)).not.toContain('plain');
      await stage.join();
    });
  });
}
