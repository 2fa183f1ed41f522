import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { until } from '../../support/until.ts';
import { LIBRARIES } from '../support/abused-node.ts';
import { freshAddress, freshNetwork } from '../support/names.ts';
import { proxyHeader } from '../support/proxy-header.ts';
import { handshake, Stranger } from '../support/stranger.ts';
import { WatchedNode } from '../support/watched-node.ts';
import { PUBLIC_TOKEN } from './nodes.ts';
import { times } from './play.ts';

/** Attempts of one address, by which it is told whom a node takes somebody for. */
const LIMIT = 4;
const env = { PARLEY_PUBLIC_TOKENS: PUBLIC_TOKEN, PARLEY_UPGRADES_PER_MINUTE: String(LIMIT) };
const PROXIES = { PARLEY_TRUSTED_PROXIES: '127.0.0.1,10.0.0.0/8,2001:db8:ffff::/48' };

const ADMITTED = 'welcome';
const LIMITED = '429 rate-limited';
/** What so many attempts get when all of them count as one address, and when none does. */
const asOne = (count: number) =>
  Array.from({ length: count }, (_, index) => (index < LIMIT ? ADMITTED : LIMITED));
const asMany = (count: number) => Array.from({ length: count }, () => ADMITTED);

describe('behind a proxy that is trusted', () => {
  let node: WatchedNode;
  beforeAll(async () => {
    node = await WatchedNode.start({ ...env, ...PROXIES });
  });
  afterAll(() => node.stop());

  /** Attempts with these headers, each after the one before. */
  const knocks = (forwardedFor: (index: number) => string) =>
    times(LIMIT + 2, (index) =>
      node.knock({ from: false, headers: { 'x-forwarded-for': forwardedFor(index) } }),
    );

  it.each<[string, () => (index: number) => string]>([
    ['an address', () => fixed(freshAddress())],
    [
      'an address, whatever stands left of it',
      () => {
        const address = freshAddress();
        return () => `${freshAddress()}, unknown, ${freshAddress()}, ${address}`;
      },
    ],
    [
      'an address, with a proxy of ours between',
      () => {
        const address = freshAddress();
        return (index) => `${freshAddress()}, ${address}, 10.0.0.${index}`;
      },
    ],
    [
      'an address, with ports',
      () => {
        const address = freshAddress();
        return (index) => `${address}:${40_000 + index}`;
      },
    ],
    [
      'an IPv4 address, mapped into IPv6 now and then',
      () => {
        const address = freshAddress();
        return (index) => (index % 2 === 0 ? address : `::ffff:${address}`);
      },
    ],
    [
      'a /64',
      () => {
        const network = freshNetwork();
        return (index) => `${network}:1:${index}::${index}`;
      },
    ],
    [
      'a /64, written in other ways',
      () => {
        const network = freshNetwork();
        return (index) => (index % 2 === 0 ? `${network}:1::1` : `[${network}:1:0:0:0:ABCD]:443`);
      },
    ],
  ])('%s is one caller', async (_what, callers) => {
    expect(await knocks(callers())).toEqual(asOne(LIMIT + 2));
  });

  it.each<[string, () => (index: number) => string]>([
    ['addresses', () => () => freshAddress()],
    ['/48s', () => () => `${freshNetwork()}::1`],
    [
      '/64s of one /48',
      () => {
        const network = freshNetwork();
        return (index) => `${network}:${index}::1`;
      },
    ],
    ['addresses, with the same left of them', () => () => `198.51.100.1, ${freshAddress()}`],
  ])('%s are callers of their own', async (_what, callers) => {
    expect(await knocks(callers())).toEqual(asMany(LIMIT + 2));
  });

  it('a /48 is eight callers, however many /64s it has', async () => {
    const network = freshNetwork();
    const from = (index: number) => ({
      from: false as const,
      headers: { 'x-forwarded-for': `${network}:${index}::1` },
    });
    const tries = await times(8 * LIMIT + 4, (index) => node.check(from(index)));
    expect(tries.slice(0, 8 * LIMIT)).toEqual(tries.slice(0, 8 * LIMIT).map(() => '200 ok'));
    await until('it to be over', async () => (await node.check(from(99))) === LIMITED);
  });

  it.each(['', 'unknown', '_hidden', '999.1.1.1', ', ,'])(
    'who is called "%s" is the proxy itself, and no one else pays for it',
    async (name) => {
      await knocks(fixed(name));
      expect(await node.knock({ from: false, headers: { 'x-forwarded-for': name } })).toBe(LIMITED);
      expect(await node.knock()).toBe(ADMITTED);
    },
  );
});

describe.each(LIBRARIES)('over %s', (library) => {
  describe.each([
    ['nobody is trusted', {}],
    ['somebody else is trusted', { PARLEY_TRUSTED_PROXIES: '10.0.0.0/8' }],
  ])('where %s', (_who, trusted) => {
    let node: WatchedNode;
    beforeAll(async () => {
      node = await WatchedNode.start({
        ...env,
        ...trusted,
        PARLEY_SOCKET: library,
        PARLEY_UPGRADES_PER_MINUTE: '6',
      });
    });
    afterAll(() => node.stop());

    it('no header makes an address', async () => {
      const tries = await times(8, () => {
        const address = freshAddress();
        const headers = [
          'x-forwarded-for',
          'x-real-ip',
          'forwarded',
          'x-client-ip',
          'cf-connecting-ip',
          'true-client-ip',
        ];
        return node.knock({
          from: false,
          headers: Object.fromEntries(headers.map((name) => [name, address])),
        });
      });
      expect(tries.filter((heard) => heard === LIMITED)).toHaveLength(2);
      const { entered } = await proxied(node, freshAddress());
      expect(entered).toBe(false);
    });
  });

  describe('where a proxy is trusted that speaks the PROXY protocol', () => {
    let node: WatchedNode;
    beforeAll(async () => {
      node = await WatchedNode.start({ ...env, ...PROXIES, PARLEY_SOCKET: library });
    });
    afterAll(() => node.stop());

    it('what it names is the caller', async () => {
      const address = freshAddress();
      const same = await times(LIMIT + 2, () => proxied(node, address));
      expect(same.map(({ entered }) => entered)).toEqual([true, true, true, true, false, false]);
      const others = await times(LIMIT + 2, () => proxied(node, freshAddress()));
      expect(others.map(({ entered }) => entered)).toEqual(others.map(() => true));
    });
  });
});

/** Comes in with a PROXY header before the handshake. */
async function proxied(node: WatchedNode, address: string): Promise<{ entered: boolean }> {
  node.secrets.add('address', address);
  const stranger = await Stranger.dial(node.process.port);
  stranger.write(proxyHeader(address));
  stranger.write(handshake({ headers: [`Authorization: Bearer ${PUBLIC_TOKEN}`] }));
  const isEntered = () => stranger.messages.some(({ type }) => type === 'welcome');
  await stranger.until(
    'an answer',
    () =>
      stranger.end !== undefined ||
      isEntered() ||
      stranger.answers[0]?.status === 429 ||
      stranger.answers[0]?.status === 400,
  );
  const entered = isEntered();
  stranger.reset();
  return { entered };
}

const fixed = (text: string) => () => text;
