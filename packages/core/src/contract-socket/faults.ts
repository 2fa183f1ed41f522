import { describe, expect, it } from 'vitest';
import type { HttpAnswer, Listen } from '../ports/socket.ts';
import { handshake, PATIENCE, request } from './client.ts';
import { clientFrame, OPCODE } from './frames.ts';
import { setStage } from './stage.ts';
import type { Script, Stage } from './stage.ts';

const BUG = new TypeError('a bug');
const faults = [BUG];

function bug(): never {
  throw BUG;
}

/** Neither library can write such a thing. */
const UNWRITABLE = Symbol('unwritable') as unknown as string;

export function faultContract(listen: Listen): void {
  describe('a bug of the node', () => {
    it('in upgrade costs that handshake, which is answered 500', async () => {
      const stage = await setStage(listen, { faults, admit: once(bug) });
      const client = await stage.dial();
      client.write(handshake());
      const { status, headers } = await client.head();
      expect(status).toBe(500);
      expect(headers.get('x-content-type-options')).toBe('nosniff');
      expect(await client.bodyUntilEnd()).not.toContain('a bug');
      await othersLive(stage);
    });

    it('in http costs that request, which is answered 500', async () => {
      const stage = await setStage(listen, { faults, http: bug });
      const client = await stage.dial();
      client.write(request('GET /'));
      expect((await client.head()).status).toBe(500);
      expect(await client.body()).not.toContain('a bug');
      await othersLive(stage);
    });

    it('in open costs that socket, which ends with 1011 and counts as abandoned', async () => {
      const stage = await setStage(listen, { faults, opened: once(bug) });
      const client = await stage.dial();
      client.write(handshake());
      expect((await client.head()).status).toBe(101);
      await expect.poll(() => client.closeFrame(), PATIENCE).toEqual({ code: 1011, reason: 'internal' });
      await client.over();
      expect(stage.abandoned).toBe(1);
      await othersLive(stage);
    });

    it.each<[string, Buffer, Script]>([
      ['message', clientFrame(OPCODE.text, 'x'), { heard: once(bug) }],
      ['binary', clientFrame(OPCODE.binary, 'x'), { noticed: once(bug) }],
      ['alive, at a ping,', clientFrame(OPCODE.ping), { noticed: once(bug) }],
      ['alive, at a pong,', clientFrame(OPCODE.pong), { noticed: once(bug) }],
    ])('in %s costs that socket, which ends with 1011', async (_method, frame, script) => {
      const stage = await setStage(listen, { faults, ...script });
      const { client: neighbour, session: besides } = await stage.join();
      const { client, session } = await stage.join();
      client.write(frame);
      client.text('not heard any more');
      await expect.poll(() => session.closes, PATIENCE).toEqual([1011]);
      await client.over();
      expect(client.closeFrame()).toEqual({ code: 1011, reason: 'internal' });
      expect(session.texts.map(({ text }) => text)).not.toContain('not heard any more');

      neighbour.text('still here');
      await expect.poll(() => besides.texts.length, PATIENCE).toBe(1);
      await othersLive(stage);
    });

    it('in closed costs nothing more', async () => {
      const stage = await setStage(listen, { faults, closed: once(bug) });
      const { client, session } = await stage.join();
      client.close(1000);
      await expect.poll(() => session.closes, PATIENCE).toEqual([1000]);
      await othersLive(stage);
    });

    it('that is no subprotocol costs that handshake, which is abandoned', async () => {
      // One library throws, and it is told; the other refuses by itself.
      const stage = await setStage(listen, { subprotocol: UNWRITABLE, options: { onFault() {} } });
      const client = await stage.dial();
      client.write(handshake());
      await client.over();
      await expect.poll(() => stage.abandoned, PATIENCE).toBe(1);
    });

    const unwritable: HttpAnswer = { status: 200, headers: { 'X-Unwritable': UNWRITABLE }, body: '' };
    it.each<[string, Script, string]>([
      ['an HTTP request', { http: once(async () => unwritable) }, request('GET /')],
      ['a handshake', { admit: once(async () => unwritable) }, handshake()],
    ])('that is no answer costs the connection of %s', async (_what, script, text) => {
      const stage = await setStage(listen, { faults: [expect.any(Error)], ...script });
      const client = await stage.dial();
      client.write(text);
      await client.over();
      await othersLive(stage);
    });
  });
}

/** Only the first time it is called. */
function once<T>(act: () => T): () => T {
  let calls = 0;
  return () => {
    calls += 1;
    return calls === 1 ? act() : (undefined as T);
  };
}

/** A newcomer is let in and heard. */
async function othersLive(stage: Stage): Promise<void> {
  const { client, session } = await stage.join();
  client.text('alive');
  await expect.poll(() => session.texts.length, PATIENCE).toBe(1);
}
