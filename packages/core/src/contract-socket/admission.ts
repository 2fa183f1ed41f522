import { describe, expect, it } from 'vitest';
import type { HttpAnswer, Listen } from '../ports/socket.ts';
import { HANDSHAKE, handshake, PATIENCE, request } from './client.ts';
import { clientFrame, OPCODE } from './frames.ts';
import { gate, setStage } from './stage.ts';

const REFUSAL: HttpAnswer = {
  status: 429,
  headers: { 'Content-Type': 'application/json', 'Retry-After': '7' },
  body: '{"code":"rate-limited"}',
};

export function admissionContract(listen: Listen): void {
  describe('admission', () => {
    it('answers 101 with the accept key, and opens once', async () => {
      const stage = await setStage(listen);
      const client = await stage.dial();
      client.write(handshake());
      const { status, headers } = await client.head();
      expect(status).toBe(101);
      expect(headers.get('sec-websocket-accept')).toBe('s3pPLMBiTxaQ9kYGzzhZRbK+xOo=');
      expect(stage.sessions).toHaveLength(1);
    });

    it('answers the subprotocol that the node chose', async () => {
      const stage = await setStage(listen, { subprotocol: 'parley.v1' });
      const client = await stage.dial();
      client.write(handshake(['Sec-WebSocket-Protocol: parley.token.secret, parley.v1']));
      expect((await client.head()).headers.get('sec-websocket-protocol')).toBe('parley.v1');
    });

    it('answers no subprotocol when the node chose none', async () => {
      const stage = await setStage(listen);
      const client = await stage.dial();
      client.write(handshake(['Sec-WebSocket-Protocol: something.else']));
      const { status, headers } = await client.head();
      expect(status).toBe(101);
      expect(headers.has('sec-websocket-protocol')).toBe(false);
    });

    it('leaves a malformed list of subprotocols to the node', async () => {
      const stage = await setStage(listen);
      const client = await stage.dial();
      client.write(handshake(['Sec-WebSocket-Protocol: a,, (a)']));
      expect((await client.head()).status).toBe(101);
      expect(stage.upgrades[0]?.headers.get('sec-websocket-protocol')).toBe('a,, (a)');
    });

    it('agrees to no extension', async () => {
      const stage = await setStage(listen);
      const client = await stage.dial();
      client.write(handshake(['Sec-WebSocket-Extensions: permessage-deflate']));
      expect((await client.head()).headers.has('sec-websocket-extensions')).toBe(false);
    });

    it('refuses with the status, headers and body of the node, and ends the connection', async () => {
      const stage = await setStage(listen, { admit: async () => REFUSAL });
      const client = await stage.dial();
      client.write(handshake());
      const { status, headers } = await client.head();
      expect(status).toBe(429);
      expect(headers.get('retry-after')).toBe('7');
      expect(headers.get('content-type')).toBe('application/json');
      expect(headers.get('content-length')).toBe(String(REFUSAL.body.length));
      expect(await client.bodyUntilEnd()).toBe(REFUSAL.body);
      expect(stage.sessions).toHaveLength(0);
    });

    it.each([
      ['opens', 'open' as const, 101],
      ['refuses', REFUSAL, 429],
    ])('%s when the node takes its time', async (_verb, answer, status) => {
      const { passed, open } = gate();
      const stage = await setStage(listen, { admit: () => passed.then(() => answer) });
      const client = await stage.dial();
      client.write(handshake());
      await expect.poll(() => stage.upgrades.length, PATIENCE).toBe(1);
      setTimeout(open, 50);
      expect((await client.head()).status).toBe(status);
    });

    it.each([
      ['closed', 'open' as const, 1],
      ['reset', 'open' as const, 1],
      ['closed', REFUSAL, 0],
      ['reset', REFUSAL, 0],
    ])(
      'a client that %s its connection before the answer %o is abandoned',
      async (how, answer, abandoned) => {
        const { passed, open } = gate();
        const stage = await setStage(listen, { admit: () => passed.then(() => answer) });
        const client = await stage.dial();
        const bystander = await stage.dial();
        client.write(handshake());
        await expect.poll(() => stage.upgrades.length, PATIENCE).toBe(1);
        if (how === 'reset') client.reset();
        else client.wire.end();
        // A request of somebody else goes through the server meanwhile, and shows that it has looked at its connections.
        await client.over();
        bystander.write(request('GET /'));
        await bystander.body();
        open();
        await expect.poll(() => stage.abandoned, PATIENCE).toBe(abandoned);
        expect(stage.sessions).toHaveLength(0);
      },
    );

    it('does not hand over what a client sent before 101, and lives on', async () => {
      const { passed, open } = gate();
      const stage = await setStage(listen, { admit: () => passed.then(() => 'open') });
      const early = await stage.dial();
      early.write(Buffer.concat([Buffer.from(handshake()), clientFrame(OPCODE.text, 'early')]));
      await expect.poll(() => stage.upgrades.length, PATIENCE).toBe(1);
      open();
      await expect.poll(() => stage.sessions.length + stage.abandoned, PATIENCE).toBe(1);

      const { client, session } = await stage.join();
      client.text('in time');
      await expect.poll(() => session.texts.length, PATIENCE).toBe(1);
      expect(stage.sessions.flatMap(({ texts }) => texts.map(({ text }) => text))).toEqual(['in time']);
    });
  });

  describe('what is no handshake', () => {
    const { upgrade, connection, version, key } = HANDSHAKE;
    it.each([
      ['no key', [upgrade, connection, version]],
      ['a key that is too short', [upgrade, connection, version, 'Sec-WebSocket-Key: abc']],
      [
        'a key of other characters',
        [upgrade, connection, version, 'Sec-WebSocket-Key: !!!!!!!!!!!!!!!!!!!!!!=='],
      ],
      ['another version', [upgrade, connection, key, 'Sec-WebSocket-Version: 8']],
      ['no version', [upgrade, connection, key]],
      ['no Upgrade', [version, key]],
      ['another protocol', ['Upgrade: h2c', 'Connection: Upgrade, HTTP2-Settings', version, key]],
      ['no Connection: Upgrade', [upgrade, version, key]],
    ])('is an HTTP request when it has %s', async (_what, headers) => {
      const stage = await setStage(listen, { http: async () => ({ status: 426, headers: {}, body: 'no' }) });
      const client = await stage.dial();
      client.write(request('GET /v1/connect', headers));
      expect((await client.head()).status).toBe(426);
      expect(stage.upgrades).toHaveLength(0);
      expect(stage.requests).toHaveLength(1);
      await stage.join();
    });

    it('is an HTTP request on another path', async () => {
      const stage = await setStage(listen);
      const client = await stage.dial();
      client.write(handshake([], '/v2/connect'));
      expect((await client.head()).status).toBe(404);
      expect(stage.requests[0]?.path).toBe('/v2/connect');
      expect(stage.upgrades).toHaveLength(0);
    });

    it('is an HTTP request with another method', async () => {
      const stage = await setStage(listen);
      const client = await stage.dial();
      client.write(handshake().replace('GET', 'POST'));
      expect((await client.head()).status).toBe(404);
      expect(stage.upgrades).toHaveLength(0);
    });
  });
}
