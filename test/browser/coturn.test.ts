import { iceServersOf } from '@parley/auth';
import type { PeerId } from '@parley/protocol';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';

import { type Coturn, type CoturnOptions, hasIpv6, startCoturn, TURN_SECRET } from '../support/coturn.ts';
import { has } from '../support/programs.ts';
import { TurnClient, type TurnCredential } from '../support/turn-client.ts';
import { until } from '../support/until.ts';

const [UNAUTHORIZED, FORBIDDEN, QUOTA_REACHED] = [401, 403, 486];

/** First and last of every block that IANA's registries of special addresses hold, and of multicast. */
const SPECIAL_4 = `
  0.0.0.1 0.255.255.255 10.0.0.0 10.255.255.255 100.64.0.0 100.127.255.255 127.0.0.1 127.255.255.255 169.254.0.0 169.254.169.254
  169.254.255.255 172.16.0.0 172.31.255.255 192.0.0.0 192.0.0.255 192.0.2.0 192.0.2.255 192.88.99.0 192.88.99.255 192.168.0.0
  192.168.255.255 198.18.0.0 198.19.255.255 198.51.100.0 198.51.100.255 203.0.113.0 203.0.113.255 224.0.0.0 239.255.255.255
  240.0.0.0 255.255.255.255`;
const SPECIAL_6 = `
  :: ::1 ::7f00:1 ::ffff:7f00:1 ::ffff:a00:1 ::ffff:a9fe:a9fe 64:ff9b::a00:1 64:ff9b:1::1 100::1 1fff:ffff::1 2001::1 2001:2::1
  2001:1ff:ffff::1 2001:db8::1 2001:db8:ffff::1 2002:a00:1::1 2002:ffff::1 3fff::1 3fff:fff:ffff::1 4000::1 5f00::1 fc00::1
  fdff:ffff::1 fe80::1 fec0::1 ff02::1 ffff::1`;

/** What lies right beside them is the internet. Leave to send there is asked for, and nothing is sent. */
const PUBLIC_4 = `
  1.0.0.1 9.255.255.255 11.0.0.0 100.63.255.255 100.128.0.0 126.255.255.255 128.0.0.0 172.15.255.255 172.32.0.0 192.0.1.0 192.167.255.255
  192.169.0.0 198.17.255.255 198.20.0.0 223.255.255.255`;
const PUBLIC_6 = '2001:200::1 2001:4860:4860::8888 2606:4700::1111 2a00::1 3ffe:ffff::1 3fff:1000::1';

describe.runIf(has('turnserver'))('coturn, with the configuration that ships', () => {
  let coturn: Coturn;
  const clients: TurnClient[] = [];

  beforeAll(async () => {
    coturn = await startCoturn();
  });
  afterEach(() => clients.splice(0).forEach((client) => client.close()));
  afterAll(() => coturn?.stop());

  const open = async (credential: TurnCredential, { port } = coturn) => {
    const client = await TurnClient.open(port, credential);
    clients.push(client);
    return client;
  };
  const relayed = async (family: 4 | 6, server = coturn) => {
    const client = await open(credentialFor('relayed'), server);
    expect(await client.allocate(family)).toBe('ok');
    return client;
  };
  /** Another one than the one of all tests, as long as this one runs. */
  const another = async (options: CoturnOptions, run: (server: Coturn) => Promise<void>) => {
    const server = await startCoturn(options);
    try {
      await run(server);
    } finally {
      await server.stop();
    }
  };

  it('understands every line', () => {
    expect(coturn.output).not.toMatch(/bad config|unknown|unrecognized|deprecated/i);
  });

  it('gives a relay to whom a node has signed a credential', async () => {
    expect(await (await open(credentialFor('peer'))).allocate()).toBe('ok');
    // The longest id there is, of all that may stand in one but a colon; and one with colons.
    expect(await (await open(credentialFor('!#$%&'.padEnd(128, 'x')))).allocate()).toBe('ok');
    expect(await (await open(credentialFor('a:b:c'))).allocate()).toBe('ok');
  });

  it.each<[string, () => TurnCredential]>([
    ['has expired', () => credentialFor('peer', { agoMs: 63_000 })],
    ['was signed with another secret', () => credentialFor('peer', { secret: TURN_SECRET.toUpperCase() })],
    ['was another peer’s', () => changed(({ username }) => ({ username: username.replace('peer', 'eve') }))],
    [
      'was made to last',
      () => changed(({ username }) => ({ username: username.replace(/^\d+/, '9999999999') })),
    ],
    ['never ends', () => changed(() => ({ username: 'peer' }))],
    ['is empty', () => changed(() => ({ credential: '' }))],
  ])('gives no relay to whose credential %s', async (_what, credential) => {
    expect(await (await open(credential())).allocate()).toBe(UNAUTHORIZED);
  });

  it('keeps the relay whose credential has expired meanwhile, and gives no other for it', async () => {
    const credential = credentialFor('brief', { ttlSeconds: 1 });
    const early = await open(credential);
    expect(await early.allocate()).toBe('ok');
    const endsAtMs = (Number.parseInt(credential.username, 10) + 1) * 1_000; // the second that it names counts whole
    await until('the credential to expire', () => Date.now() > endsAtMs);
    expect(await (await open(credential)).allocate()).toBe(UNAUTHORIZED);
    expect(await early.permit('1.0.0.1')).toBe('ok');
  });

  it.each([[4, SPECIAL_4, PUBLIC_4], ...(hasIpv6 ? [[6, SPECIAL_6, PUBLIC_6] as const] : [])] as const)(
    'relays to the internet and to no special address of IPv%i',
    async (family, special, internet) => {
      const client = await relayed(family);
      expect(await answersTo(client, special)).toEqual(all(special, FORBIDDEN));
      expect(await answersTo(client, internet)).toEqual(all(internet, 'ok'));
    },
  );

  it('refuses private networks because of what stands in the file: without it they are open', async () => {
    await another({ deniesNothing: true }, async (server) => {
      const addresses = '10.0.0.1 169.254.169.254 192.168.0.1';
      expect(await answersTo(await relayed(4, server), addresses)).toEqual(all(addresses, 'ok'));
    });
  });

  it.runIf(hasIpv6)(
    'refuses them in the disguise of IPv6 because of what stands in the file, too',
    async () => {
      await another({ deniesNothing: true }, async (server) => {
        const addresses = '::ffff:a00:1 ::ffff:a9fe:a9fe 64:ff9b::a00:1';
        expect(await answersTo(await relayed(6, server), addresses)).toEqual(all(addresses, 'ok'));
      });
    },
  );

  it('lets a test in at 127.0.0.1 alone', async () => {
    await another({ relaysToLoopback: true }, async (server) => {
      const client = await relayed(4, server);
      expect(await client.permit('127.0.0.1')).toBe('ok');
      expect(await answersTo(client, '127.0.0.2 10.0.0.1')).toEqual(all('127.0.0.2 10.0.0.1', FORBIDDEN));
    });
  });

  it('counts the relays of a peer, whatever credential it shows, and not those of others', async () => {
    await another({ userQuota: 2 }, async (server) => {
      const ask = async (peer: string, ttlSeconds: number) =>
        (await open(credentialFor(peer, { ttlSeconds }), server)).allocate();
      expect(await ask('greedy', 60)).toBe('ok');
      expect(await ask('greedy', 61)).toBe('ok');
      expect(await ask('greedy', 62)).toBe(QUOTA_REACHED);
      expect(await ask('modest', 60)).toBe('ok');
    });
  });
});

function credentialFor(
  peer: string,
  { secret = TURN_SECRET, ttlSeconds = 60, agoMs = 0 } = {},
): TurnCredential {
  const turn = { urls: ['turn:127.0.0.1'], secret, ttlSeconds, wallClock: () => Date.now() - agoMs };
  const [server] = iceServersOf([], turn).serversFor(peer as PeerId).iceServers;
  return { username: server?.username ?? '', credential: server?.credential ?? '' };
}

function changed(change: (credential: TurnCredential) => Partial<TurnCredential>): TurnCredential {
  const credential = credentialFor('peer');
  return { ...credential, ...change(credential) };
}

async function answersTo(client: TurnClient, addresses: string): Promise<Record<string, unknown>> {
  const answers: Record<string, unknown> = {};
  for (const address of each(addresses)) answers[address] = await client.permit(address);
  return answers;
}

const all = (addresses: string, answer: unknown) =>
  Object.fromEntries(each(addresses).map((address) => [address, answer]));

const each = (addresses: string) => addresses.trim().split(/\s+/);
