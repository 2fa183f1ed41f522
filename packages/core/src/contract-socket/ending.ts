import { describe, expect, it } from 'vitest';
import type { Listen } from '../ports/socket.ts';
import { PATIENCE } from './client.ts';
import { clientFrame, OPCODE } from './frames.ts';
import { setStage } from './stage.ts';
import type { Session } from './stage.ts';

/** A close must not wait for the time-out of somebody who forgot the FIN: browsers say `close` only after it. */
const PROMPTLY = { timeout: 1_500, interval: 5 } as const;

export function endingContract(listen: Listen): void {
  describe('an end by the client', () => {
    it.each([
      ['with a close frame', 1001, 1001],
      ['with a code of its own', 4321, 4321],
    ])('%s is heard with its code and answered', async (_how, sent, heard) => {
      const stage = await setStage(listen);
      const { client, session } = await stage.join();
      client.close(sent);
      await expect.poll(() => session.closes, PATIENCE).toEqual([heard]);
      await client.over();
      expect(client.closeFrame()?.code).toBe(sent);
    });

    it('with an empty close frame is heard as 1005', async () => {
      const stage = await setStage(listen);
      const { client, session } = await stage.join();
      client.write(clientFrame(OPCODE.close));
      await expect.poll(() => session.closes, PATIENCE).toEqual([1005]);
    });

    it('without a close frame is heard as 1006', async () => {
      const stage = await setStage(listen);
      const { client, session } = await stage.join();
      client.wire.end();
      await expect.poll(() => session.closes, PATIENCE).toEqual([1006]);
    });

    it('by a reset is heard as 1006', async () => {
      const stage = await setStage(listen);
      const { client, session } = await stage.join();
      client.reset();
      await expect.poll(() => session.closes, PATIENCE).toEqual([1006]);
    });

    it('comes after the messages that were sent before it', async () => {
      const stage = await setStage(listen);
      const { client, session } = await stage.join();
      client.text('last words');
      client.close(1000);
      await expect.poll(() => session.closes, PATIENCE).toEqual([1000]);
      expect(session.texts.map(({ text }) => text)).toEqual(['last words']);
    });
  });

  describe('an end by the node', () => {
    it('reaches the client with code and reason, after what was sent before, and ends the connection', async () => {
      const stage = await setStage(listen);
      const { client, session } = await stage.join();
      session.socket.send('last words');
      session.socket.end(4200, 'replaced');
      await client.over();
      expect(client.texts()).toEqual(['last words']);
      expect(client.closeFrame()).toEqual({ code: 4200, reason: 'replaced' });
      await expect.poll(() => session.closes, PATIENCE).toEqual([4200]);
    });

    it('may have a reason of 123 bytes', async () => {
      const stage = await setStage(listen);
      const { client, session } = await stage.join();
      session.socket.end(4000, 'é'.repeat(61) + '!');
      await expect.poll(() => client.closeFrame()?.reason, PATIENCE).toBe('é'.repeat(61) + '!');
    });

    const inside: Record<
      string,
      { opened?: (s: Session) => void; heard?: (s: Session) => void; later?: (s: Session) => void }
    > = {
      'inside open': { opened: (session) => leave(session) },
      'inside a cork inside open': { opened: (session) => session.socket.cork(() => leave(session)) },
      'inside message': { heard: (session) => leave(session) },
      'inside a cork': { later: (session) => session.socket.cork(() => leave(session)) },
      'outside everything': { later: (session) => leave(session) },
    };
    it.each(Object.entries(inside))(
      '%s is prompt for the client',
      async (_where, { opened, heard, later }) => {
        const stage = await setStage(listen, { ...(opened && { opened }), ...(heard && { heard }) });
        const { client, session } = await stage.join();
        client.text('go');
        later?.(session);
        await expect.poll(() => client.ended, PROMPTLY).toBe(true);
        expect(client.texts()).toEqual(['farewell']);
        expect(client.closeFrame()).toEqual({ code: 4100, reason: 'token-expired' });
        await expect.poll(() => session.closes, PATIENCE).toEqual([4100]);
      },
    );

    it('is never heard from inside the method that caused it', async () => {
      const stage = await setStage(listen);
      const { session } = await stage.join();
      session.socket.end(4200, 'replaced');
      expect(session.closes).toEqual([]);
    });

    it('is the last that is heard: later messages, pings and closes of the client are not', async () => {
      const stage = await setStage(listen);
      const { client, session } = await stage.join({ answersClose: false });
      session.socket.end(4200, 'replaced');
      client.text('too late');
      client.write(clientFrame(OPCODE.ping));
      client.write(clientFrame(OPCODE.binary, 'x'));
      client.close(1000);
      await expect.poll(() => session.closes, PATIENCE).toEqual([4200]);
      expect(session).toMatchObject({ texts: [], alives: 0, binaries: 0 });
    });

    it('is over within seconds when the client never answers', async () => {
      const stage = await setStage(listen);
      const { client, session } = await stage.join({ answersClose: false });
      session.socket.end(4200, 'replaced');
      await expect.poll(() => session.closes, PATIENCE).toEqual([4200]);
      await client.over();
    });
  });

  describe('a close of the client', () => {
    it('ends the socket at once, however late the connection ends: nothing is dropped, and its code is told', async () => {
      const stage = await setStage(listen);
      const { client, session } = await stage.join({ answersClose: false });
      client.close(1000);
      await expect.poll(() => session.socket.send('x'), PATIENCE).toBe('ended');
      await expect.poll(() => session.closes, PATIENCE).toEqual([1000]);
    });
  });

  describe('after the end', () => {
    const touch = ({ socket }: Session): void => {
      expect(socket.send('x')).toBe('ended');
      expect(socket.send(Buffer.from('x'))).toBe('ended');
      socket.ping();
      socket.end(4000, 'again');
      let ran = false;
      socket.cork(() => {
        ran = true;
        expect(socket.send('x')).toBe('ended');
      });
      expect(ran).toBe(true);
    };

    it.each([
      ['the client has ended', (_session: Session, end: () => void) => end()],
      ['the node has ended', ({ socket }: Session) => socket.end(4200, 'replaced')],
    ])('every method does nothing, inside closed and later, when %s', async (_who, endIt) => {
      const touched: string[] = [];
      const stage = await setStage(listen, {
        closed(session) {
          touch(session);
          touched.push('inside closed');
        },
      });
      const { client, session } = await stage.join();
      endIt(session, () => client.close(1000));
      await expect.poll(() => touched, PATIENCE).toEqual(['inside closed']);
      touch(session);
      await client.over();
      touch(session);
      expect(client.texts()).toEqual([]);
    });

    it('every method does nothing right after end, before it is heard', async () => {
      const stage = await setStage(listen);
      const { client, session } = await stage.join();
      session.socket.end(4200, 'replaced');
      touch(session);
      await client.over();
      expect(client.closeFrame()?.code).toBe(4200);
      expect(client.texts()).toEqual([]);
    });

    it('every method does nothing when both ends cross', async () => {
      const stage = await setStage(listen);
      const { client, session } = await stage.join();
      client.close(1000);
      session.socket.end(4200, 'replaced');
      await expect.poll(() => session.closes, PATIENCE).toHaveLength(1);
      touch(session);
    });
  });
}

function leave({ socket }: Session): void {
  socket.send('farewell');
  socket.end(4100, 'token-expired');
}
