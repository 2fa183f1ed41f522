import { setTimeout as delay } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import type { HttpAnswer, HttpRequest, Listen } from '../ports/socket.ts';
import { certificateFiles } from './certificate.ts';
import { Client, handshake, PATIENCE, request } from './client.ts';
import { setStage } from './stage.ts';
import type { Stage } from './stage.ts';

/** uWebSockets.js 20.30 and `node:http` give up after 12 s, uWebSockets.js 20.57 after 32 s. */
const GIVEN_UP_WITHIN_MS = 40_000;

/** How often a client that is slow, but not silent, sends a little. */
const DRIP_MS = 500;

/** Connections that say nothing, beside all others. */
const SILENT = 300;

const HEAD = 'POST / HTTP/1.1\r\nHost: parley.test\r\n';
const TLS_HELLO_BEGINS = Buffer.from('1603010200010001fc0303', 'hex');

/** What is sent first, then again and again. */
const SLOW: readonly (readonly [what: string, first: string | Buffer, drip?: string])[] = [
  ['nothing at all', ''],
  ['half a handshake', handshake().slice(0, -2)],
  ['a handshake, byte by byte', handshake().slice(0, -2).concat('X-Long: '), 'x'],
  ['half a request', HEAD],
  ['a request, byte by byte', `${HEAD}X-Long: `, 'x'],
  ['a second request, byte by byte', `${request('GET /')}${HEAD}X-Long: `, 'x'],
  ['no body where one was announced', `${HEAD}Content-Length: 1000\r\n\r\n`],
  ['a body, byte by byte', `${HEAD}Content-Length: 1000000\r\n\r\n`, 'x'],
  ['a body without an end', `${HEAD}Transfer-Encoding: chunked\r\n\r\n`, `1000\r\n${'x'.repeat(4_096)}\r\n`],
  ['half a TLS handshake', TLS_HELLO_BEGINS],
];

/** Each gets an answer or loses its connection; none reaches the node as anything but what it says. */
const ODD: readonly (readonly [what: string, text: string])[] = [
  ['HTTP/1.0', 'GET / HTTP/1.0\r\nHost: parley.test\r\n\r\n'],
  ['HTTP/2', 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n'],
  ['no Host', 'GET / HTTP/1.1\r\n\r\n'],
  ['two Hosts', request('GET /', ['Host: elsewhere.test'])],
  ['a whole URL', request('GET http://elsewhere.test/v1/check')],
  ['no target', request('GET')],
  ['a target without a slash', request('GET v1/check')],
  ['the target *', request('OPTIONS *')],
  ['TRACE', request('TRACE /')],
  ['CONNECT', request('CONNECT elsewhere.test:443')],
  ['an unknown method', request('FROB /')],
  ['a method in small letters', request('get /')],
  ['dots', request('GET /../../etc/passwd')],
  ['encoded dots', request('GET /%2e%2e/%2e%2e/etc/passwd')],
  ['slashes', request('GET //v1//check')],
  ['an encoded NUL', request('GET /v1/check%00.html')],
  ['a NUL in a header', request('GET /', ['X: a\0b'])],
  ['a folded header', request('GET /', ['X: a\r\n b'])],
  ['a space before the colon', request('GET /', ['X : a'])],
  ['line feeds alone', 'GET / HTTP/1.1\nHost: parley.test\n\n'],
  [
    '500 headers',
    request(
      'GET /',
      Array.from({ length: 500 }, (_, i) => `X-${i}: 1`),
    ),
  ],
  ['requests in one packet', request('GET /').repeat(50)],
  ['a handshake and a request in one packet', handshake() + request('GET /')],
  ['an expectation', request('POST /', ['Expect: 100-continue', 'Content-Length: 3'])],
  ['an unknown expectation', request('POST /', ['Expect: wonders', 'Content-Length: 0'])],
];

/** What follows a body whose end can be read in two ways. */
const SMUGGLED = request('GET /smuggled');

/** A request and a smuggled one in what might be its body. */
const AMBIGUOUS: readonly (readonly [what: string, headers: readonly string[], body: string])[] = [
  ['two lengths', ['Content-Length: 3', 'Content-Length: 60'], 'abc'],
  ['a list of lengths', ['Content-Length: 3, 60'], 'abc'],
  ['a length and chunks', ['Content-Length: 3', 'Transfer-Encoding: chunked'], '0\r\n\r\n'],
  ['chunks and a length', ['Transfer-Encoding: chunked', 'Content-Length: 3'], '0\r\n\r\n'],
  ['a length with a sign', ['Content-Length: +3'], 'abc'],
  ['a negative length', ['Content-Length: -3'], 'abc'],
  ['a length in hex', ['Content-Length: 0x3'], 'abc'],
  ['a length beyond all numbers', ['Content-Length: 99999999999999999999'], 'abc'],
  ['chunks of another encoding', ['Transfer-Encoding: chunked, gzip'], '0\r\n\r\n'],
  ['a chunk without a length', ['Transfer-Encoding: chunked'], 'zz\r\nabc\r\n0\r\n\r\n'],
];

/** Not `uWebSockets`, a name and a major version: its makers want it in every answer, and point whoever does not to the proxy. */
const LIBRARIES = ['server', 'x-powered-by', 'via'];

const echo = async ({ method, path }: HttpRequest): Promise<HttpAnswer> => ({
  status: 200,
  headers: {},
  body: `${method} ${path}`,
});

export function resilienceContract(listen: Listen): void {
  describe('whoever is slow or odd', () => {
    it('is answered or given up, and keeps nobody else waiting', { timeout: 60_000 }, async () => {
      const plain = await setStage(listen, { http: echo });
      const proxied = await setStage(listen, { http: echo, options: { proxyProtocol: true } });
      const secure = await setStage(listen, { http: echo, options: { tls: certificateFiles() } });
      const stages = [plain, proxied, secure];

      const silent = await Promise.all(Array.from({ length: SILENT }, () => connectTo(plain)));
      const slow = await Promise.all(
        stages.flatMap((stage) =>
          SLOW.map(async ([what, ...sent]) => [what, await trickle(stage, ...sent)] as const),
        ),
      );
      const odd = await Promise.all(
        ODD.map(async ([what, text]) => [what, await trickle(plain, text)] as const),
      );

      for (const stage of stages) await isPrompt(stage);
      const { client: quiet, session } = await plain.join();

      const unfinished = () => [
        ...silent.filter((client) => !client.isOver()).map(() => 'silent'),
        ...slow.filter(([, client]) => !client.isOver()).map(([what]) => what),
        ...odd.filter(([, client]) => !client.isOver() && client.heads === 0).map(([what]) => what),
      ];
      await expect.poll(unfinished, { timeout: GIVEN_UP_WITHIN_MS, interval: 100 }).toEqual([]);

      // A socket that was let in may be silent: how long is for the node to say.
      quiet.text('still here');
      await expect.poll(() => session.texts.length, PATIENCE).toBe(1);
      for (const stage of stages) await isPrompt(stage);
    });

    it.each(AMBIGUOUS)('with %s smuggles no request past a proxy', async (_what, headers, body) => {
      const stage = await setStage(listen, { http: echo });
      const client = await stage.dial();
      client.write(request('POST /', headers) + body + SMUGGLED);
      await client.over();
      expect(stage.requests.map(({ path }) => path)).not.toContain('/smuggled');
      await isPrompt(stage);
    });

    it('with a body that is what it says sends the next request after it', async () => {
      const stage = await setStage(listen, { http: echo });
      const client = await stage.dial();
      client.write(request('POST /', ['Content-Length: 3']) + 'abc');
      expect(await client.body()).toBe('POST /');
      client.write(SMUGGLED);
      expect(await client.body()).toBe('GET /smuggled');
    });
  });

  describe('the head of an answer', () => {
    const answer = (status: number) => async (): Promise<HttpAnswer> => ({ status, headers: {}, body: '' });
    it.each([
      ['to a handshake', handshake(), {}],
      ['to a refused handshake', handshake(), { admit: answer(429) }],
      ['to a handshake on another path', handshake([], '/v2/connect'), {}],
      ['to a GET', request('GET /'), { http: echo }],
      ['to a HEAD', request('HEAD /'), { http: echo }],
      ['without a body', request('OPTIONS /'), { http: answer(204) }],
      ['to a request that failed', request('GET /'), { http: answer(500) }],
      ['to what is no HTTP', 'QUIT\r\n\r\n', {}],
      ['to a request that is too long', request('GET /', [`X: ${'x'.repeat(40_000)}`]), { http: echo }],
    ])('%s names no library and no version', async (_what, text, script) => {
      const stage = await setStage(listen, script);
      const client = await stage.dial();
      client.write(text);
      if (text.startsWith('QUIT')) client.wire.end();
      const head = await client.head().catch(() => undefined);
      expect([...(head?.headers.keys() ?? [])].filter((name) => LIBRARIES.includes(name))).toEqual([]);
    });
  });
}

/** Past TLS, so that half a handshake can be sent. */
function connectTo({ server }: Stage): Promise<Client> {
  return Client.connect(server.port);
}

/** Sends the first bytes, then a little again and again for as long as the connection is there. */
async function trickle(stage: Stage, first: string | Buffer, drip?: string): Promise<Client> {
  const client = await (Buffer.isBuffer(first) ? connectTo(stage) : stage.dial());
  client.write(first);
  if (drip !== undefined) void keepWriting(client, drip);
  return client;
}

async function keepWriting(client: Client, drip: string): Promise<void> {
  while (!client.isOver()) {
    client.write(drip);
    await delay(DRIP_MS);
  }
}

/** An honest request and an honest handshake are answered at once. */
async function isPrompt(stage: Stage): Promise<void> {
  const client = await stage.dial();
  client.write(request('GET /honest'));
  expect(await client.body()).toBe('GET /honest');
  client.wire.end();
  await stage.join().then(({ client: joined }) => joined.close(1000));
}
