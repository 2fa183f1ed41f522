import { describe, expect, it } from 'vitest';
import type { HttpAnswer, HttpRequest, Listen } from '../ports/socket.ts';
import { PATIENCE, request } from './client.ts';
import { gate, setStage } from './stage.ts';

const echo = async ({ method, path, query }: HttpRequest): Promise<HttpAnswer> => ({
  status: 200,
  headers: { 'Content-Type': 'text/plain', 'X-Node': 'n1' },
  body: `${method} ${path} ${query}`,
});

export function httpContract(listen: Listen): void {
  describe('an HTTP request', () => {
    it('is answered with status, headers and body of the node, several on one connection', async () => {
      const stage = await setStage(listen, { http: echo });
      const client = await stage.dial();
      client.write(request('GET /v1/check?token=a%20b&x=?'));
      const { status, headers } = await client.head();
      expect(status).toBe(200);
      expect(headers.get('x-node')).toBe('n1');
      expect(headers.get('content-type')).toBe('text/plain');
      expect(await client.body()).toBe('GET /v1/check token=a%20b&x=?');

      client.write(request('GET /'));
      expect(await client.body()).toBe('GET / ');
    });

    it('is answered without a body when it is a HEAD, with the length that a GET would have', async () => {
      const stage = await setStage(listen, { http: echo });
      const client = await stage.dial();
      client.write(request('HEAD /', ['Connection: close']));
      const { status, headers } = await client.head();
      expect(status).toBe(200);
      expect(headers.get('content-length')).toBe('7');
      expect(await client.bodyUntilEnd()).toBe('');
    });

    it.each([
      ['a HEAD', 'HEAD', 200],
      ['a 204', 'OPTIONS', 204],
    ])('is answered after %s on the same connection', async (_what, method, status) => {
      const stage = await setStage(listen, {
        http: async (asked) => (asked.method === 'GET' ? echo(asked) : { status, headers: {}, body: '' }),
      });
      const client = await stage.dial();
      client.write(request(`${method} /`));
      expect((await client.head()).status).toBe(status);
      client.startOver();
      client.write(request('GET /next'));
      expect(await client.body()).toBe('GET /next ');
    });

    it.each(['POST', 'PUT', 'DELETE', 'PATCH', 'OPTIONS'])('is heard as %s', async (method) => {
      const stage = await setStage(listen, { http: echo });
      const client = await stage.dial();
      client.write(`${request(`${method} /x`, ['Content-Length: 4'])}body`);
      expect(await client.body()).toBe(`${method} /x `);
    });

    it('may be answered by bytes', async () => {
      const body = Buffer.from('grüß dich');
      const stage = await setStage(listen, { http: async () => ({ status: 200, headers: {}, body }) });
      const client = await stage.dial();
      client.write(request('GET /'));
      expect((await client.head()).headers.get('content-length')).toBe(String(body.length));
      expect(await client.body()).toBe('grüß dich');
    });

    it('may be answered by text whose bytes are more than its characters', async () => {
      const stage = await setStage(listen, {
        http: async () => ({ status: 404, headers: {}, body: 'wörter' }),
      });
      const client = await stage.dial();
      client.write(request('GET /'));
      expect((await client.head()).status).toBe(404);
      expect(await client.body()).toBe('wörter');
    });

    it('may be answered by 204, which has no length', async () => {
      const stage = await setStage(listen, {
        http: async () => ({ status: 204, headers: { 'X-A': 'b' }, body: '' }),
      });
      const client = await stage.dial();
      client.write(request('OPTIONS /', ['Connection: close']));
      const { status, headers } = await client.head();
      expect(status).toBe(204);
      expect(headers.get('x-a')).toBe('b');
      expect(headers.has('content-length')).toBe(false);
    });

    it('may be answered late, and by a large body', async () => {
      const { passed, open } = gate();
      const body = 'x'.repeat(1_000_000);
      const stage = await setStage(listen, {
        http: () => passed.then(() => ({ status: 200, headers: {}, body })),
      });
      const client = await stage.dial();
      client.write(request('GET /'));
      await expect.poll(() => stage.requests.length, PATIENCE).toBe(1);
      setTimeout(open, 50);
      expect(await client.body()).toBe(body);
    });

    it.each(['ends', 'resets'])('does no harm when its client %s before the answer', async (how) => {
      const { passed, open } = gate();
      const stage = await setStage(listen, { http: (asked) => passed.then(() => echo(asked)) });
      const client = await stage.dial();
      client.write(request('GET /gone'));
      await expect.poll(() => stage.requests.length, PATIENCE).toBe(1);
      if (how === 'ends') client.wire.end();
      else client.reset();
      setTimeout(open, 50);
      const bystander = await stage.dial();
      bystander.write(request('GET /here'));
      expect(await bystander.body()).toBe('GET /here ');
    });

    it.each([
      [
        'bytes that are no HTTP',
        Buffer.from([0x16, 0x03, 0x01, 0x02, 0x00, 0x01, 0x00, 0x01, 0xfc, 0x0d, 0x0a]),
      ],
      ['a head without a name', 'GET / HTTP/1.1\r\n: x\r\n\r\n'],
    ])('does no harm when it is %s', async (_what, bytes) => {
      const stage = await setStage(listen, { http: echo });
      const client = await stage.dial();
      client.write(bytes);
      client.wire.end();
      await client.over();
      const bystander = await stage.dial();
      bystander.write(request('GET /'));
      expect(await bystander.body()).toBe('GET / ');
    });
  });
}
