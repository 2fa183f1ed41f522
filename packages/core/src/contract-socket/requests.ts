import { describe, expect, it } from 'vitest';
import type { HttpRequest, Listen } from '../ports/socket.ts';
import { handshake, PATIENCE, request } from './client.ts';
import type { Client } from './client.ts';
import { setStage } from './stage.ts';
import type { Stage } from './stage.ts';

/** What an Ethernet segment carries. */
const SEGMENT_BYTES = 1_400;

export function requestContract(listen: Listen): void {
  describe('the copy of a request', () => {
    const arrivals = [
      ['a handshake', handshake, (stage: Stage) => stage.upgrades],
      [
        'an HTTP request',
        (headers: string[]) => request('GET /x', headers),
        (stage: Stage) => stage.requests,
      ],
    ] as const;

    it.each(arrivals)('of %s names the address, no proxy and no TLS', async (_what, write, heard) => {
      const { address, proxiedAddress, tls } = await copyOf(listen, write([]), heard);
      expect({ address, proxiedAddress, tls }).toEqual({
        address: '127.0.0.1',
        proxiedAddress: undefined,
        tls: false,
      });
    });

    it.each(arrivals)(
      'of %s has its headers by lower-case name, repeated ones joined',
      async (_what, write, heard) => {
        const repeated = [
          'X-Forwarded-For: 1.1.1.1',
          'Authorization: A',
          'x-forwarded-for: 2.2.2.2, 3.3.3.3',
          'Authorization: B',
        ];
        const { headers } = await copyOf(listen, write(repeated), heard);
        expect(headers.get('host')).toBe('parley.test');
        expect(headers.get('x-forwarded-for')).toBe('1.1.1.1, 2.2.2.2, 3.3.3.3');
        expect(headers.get('authorization')).toBe('A, B');
      },
    );

    it('keeps path and query of a handshake apart', async () => {
      const copy = await copyOf(
        listen,
        handshake([], '/v1/connect?token=x&resume=y'),
        (stage) => stage.upgrades,
      );
      expect(copy).toMatchObject({ method: 'GET', path: '/v1/connect', query: 'token=x&resume=y' });
    });

    it('has an empty query when there is none', async () => {
      expect(await copyOf(listen, handshake(), (stage) => stage.upgrades)).toMatchObject({ query: '' });
    });

    it('names an IPv4 client of an IPv6 socket by its IPv4 address', async (context) => {
      const stage = await setStage(listen, { options: { host: '::' } }).catch(() => undefined);
      if (stage === undefined) return context.skip('this machine has no IPv6');
      const client = await stage.dial({ host: '127.0.0.1' });
      client.write(request('GET /'));
      await client.body();
      expect(stage.requests[0]?.address).toBe('127.0.0.1');
    });

    it('names an IPv6 client in the short form', async (context) => {
      const stage = await setStage(listen, { options: { host: '::1' } }).catch(() => undefined);
      if (stage === undefined) return context.skip('this machine has no IPv6');
      const client = await stage.dial({ host: '::1' });
      client.write(request('GET /'));
      await client.body();
      expect(stage.requests[0]?.address).toBe('::1');
    });
  });

  describe('a long request that comes in segments', () => {
    it.each([2_600, 3_200, 4_000])('of %i bytes is answered', async (bytes) => {
      const stage = await setStage(listen);
      const client = await stage.dial();
      const text = padded(bytes);
      await client.writeInPieces(text, SEGMENT_BYTES);
      expect((await client.head()).status).toBe(101);
      expect(stage.upgrades[0]?.headers.get('authorization')).toMatch(/^Bearer T{2500}$|^Bearer T+$/);
      expect(stage.upgrades[0]?.headers.get('cookie')).toMatch(/^c=C*$/);
    });

    it('of 8,000 bytes is answered, or the connection ends with 431 or without a word', async () => {
      const stage = await setStage(listen);
      const client = await stage.dial();
      await client.writeInPieces(padded(8_000), SEGMENT_BYTES);
      expect(await statusOf(client)).toBeOneOf([101, 431, undefined]);
    });

    it('of 40,000 bytes ends with 431 or without a word, and harms nobody else', async () => {
      const stage = await setStage(listen);
      const client = await stage.dial();
      await client.writeInPieces(padded(40_000), SEGMENT_BYTES);
      expect(await statusOf(client)).toBeOneOf([431, undefined]);
      expect(stage.upgrades).toHaveLength(0);
      await stage.join();
    });

    it('is answered when it comes byte by byte', async () => {
      const stage = await setStage(listen);
      const client = await stage.dial();
      for (const byte of handshake()) client.write(byte);
      expect((await client.head()).status).toBe(101);
    });
  });

  describe('a PROXY protocol v2 header', () => {
    const on = { options: { proxyProtocol: true } };

    it.each([
      ['IPv4', proxyHeader({ family: 0x11, addresses: v4([203, 0, 113, 7]) }), '203.0.113.7'],
      [
        'IPv6',
        proxyHeader({ family: 0x21, addresses: v6('20010db8000000000000000000000007') }),
        '2001:db8::7',
      ],
      [
        'mapped IPv4',
        proxyHeader({ family: 0x21, addresses: v6('00000000000000000000ffffcb007107') }),
        '203.0.113.7',
      ],
      [
        'extensions',
        proxyHeader({ family: 0x11, addresses: v4([203, 0, 113, 7]), extensions: Buffer.from([4, 0, 1, 0]) }),
        '203.0.113.7',
      ],
    ])('names the source beside the address: %s', async (_what, header, source) => {
      const stage = await setStage(listen, on);
      const client = await stage.dial();
      client.write(Buffer.concat([header, Buffer.from(handshake())]));
      expect((await client.head()).status).toBe(101);
      expect(stage.upgrades[0]).toMatchObject({ address: '127.0.0.1', proxiedAddress: source });
    });

    it('names it also for HTTP, for each request of the connection', async () => {
      const stage = await setStage(listen, on);
      const client = await stage.dial();
      client.write(proxyHeader({ family: 0x11, addresses: v4([203, 0, 113, 7]) }));
      for (const path of ['/a', '/b']) {
        client.write(request(`GET ${path}`));
        await client.body();
      }
      expect(stage.requests.map(({ proxiedAddress }) => proxiedAddress)).toEqual([
        '203.0.113.7',
        '203.0.113.7',
      ]);
    });

    it('names nobody when the proxy speaks for itself', async () => {
      const stage = await setStage(listen, on);
      const client = await stage.dial();
      client.write(proxyHeader({ command: 0x20, family: 0x00 }));
      client.write(request('GET /v1/health'));
      await client.body();
      expect(stage.requests[0]).toMatchObject({ address: '127.0.0.1' });
      expect(stage.requests[0]?.proxiedAddress).toBeUndefined();
    });

    it('may be missing', async () => {
      const stage = await setStage(listen, on);
      const { client, session } = await stage.join();
      client.text('hello');
      await expect.poll(() => session.texts.length, PATIENCE).toBe(1);
      expect(stage.upgrades[0]?.proxiedAddress).toBeUndefined();
    });

    it('names nobody when it is not wanted', async () => {
      const stage = await setStage(listen);
      const client = await stage.dial();
      const header = proxyHeader({ family: 0x11, addresses: v4([203, 0, 113, 7]) });
      client.write(Buffer.concat([header, Buffer.from(handshake())]));
      expect(await statusOf(client)).toBeOneOf([101, 400, undefined]);
      expect(stage.upgrades.map(({ proxiedAddress }) => proxiedAddress).filter(Boolean)).toEqual([]);
      await stage.join();
    });
  });
}

/** The node's copy of one request. */
async function copyOf(
  listen: Listen,
  text: string,
  heard: (stage: Stage) => HttpRequest[],
): Promise<HttpRequest> {
  const stage = await setStage(listen);
  const client = await stage.dial();
  client.write(text);
  await client.head();
  const [copy] = heard(stage);
  if (copy === undefined) throw new Error('not heard');
  return copy;
}

/** A handshake of `bytes` bytes: a token of up to 2,500 and the rest cookies. */
function padded(bytes: number): string {
  const bare = handshake(['Authorization: Bearer ', 'Cookie: c=']).length;
  const token = Math.min(2_500, bytes - bare);
  const text = handshake([
    `Authorization: Bearer ${'T'.repeat(token)}`,
    `Cookie: c=${'C'.repeat(bytes - bare - token)}`,
  ]);
  expect(text).toHaveLength(bytes);
  return text;
}

/** `undefined` when the connection ended without an answer. */
async function statusOf(client: Client): Promise<number | undefined> {
  return client.head().then(
    ({ status }) => status,
    () => undefined,
  );
}

function proxyHeader({
  command = 0x21,
  family,
  addresses = Buffer.alloc(0),
  extensions = Buffer.alloc(0),
}: {
  command?: number;
  family: number;
  addresses?: Buffer;
  extensions?: Buffer;
}): Buffer {
  const fixed = Buffer.concat([
    Buffer.from('\r\n\r\n\0\r\nQUIT\n', 'latin1'),
    Buffer.from([command, family, 0, 0]),
  ]);
  fixed.writeUInt16BE(addresses.length + extensions.length, 14);
  return Buffer.concat([fixed, addresses, extensions]);
}

/** Source, destination, both ports. */
function v4(source: readonly number[]): Buffer {
  return Buffer.from([...source, 192, 0, 2, 1, 0xc3, 0x50, 0x01, 0xbb]);
}

function v6(source: string): Buffer {
  return Buffer.concat([
    Buffer.from(source, 'hex'),
    Buffer.alloc(16, 1),
    Buffer.from([0xc3, 0x50, 0x01, 0xbb]),
  ]);
}
