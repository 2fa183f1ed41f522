import { generateKeyPairSync } from 'node:crypto';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';

import { mint } from '@parley/auth';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { until } from '../../support/until.ts';
import { WatchedNode } from '../support/watched-node.ts';
import { EVERYTHING, PUBLIC_TOKEN, trusting } from './nodes.ts';
import { answerTo } from './play.ts';

/** Whoever signs tokens with a key of this name. */
class Signer {
  readonly jwk: object;
  readonly pem: string;
  readonly #key: string;
  readonly #kid: string;

  constructor(kid: string) {
    const { publicKey, privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
    this.#kid = kid;
    this.#key = privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
    this.pem = publicKey.export({ type: 'spki', format: 'pem' }).toString();
    this.jwk = { ...publicKey.export({ format: 'jwk' }), kid, use: 'sig', alg: 'RS256' };
  }

  /** A good token, whose header names this key, or another. */
  token(kid = this.#kid): string {
    return mint({ sub: 'somebody', ...EVERYTHING }, { algorithm: 'RS256', key: this.#key, kid });
  }
}

/** Publishes the keys of these signers, until it is down. */
class KeyServer {
  published: readonly Signer[] = [];
  #server: Server | undefined;
  #port = 0;

  get url(): string {
    return `http://127.0.0.1:${this.#port}/keys`;
  }

  async start(): Promise<void> {
    const server = createServer((_request, response) => {
      response.end(JSON.stringify({ keys: this.published.map(({ jwk }) => jwk) }));
    });
    await new Promise<void>((resolve) => server.listen(this.#port, '127.0.0.1', resolve));
    this.#port = (server.address() as AddressInfo).port;
    this.#server = server;
  }

  async stop(): Promise<void> {
    const stopped = new Promise((resolve) => this.#server?.close(resolve));
    this.#server?.closeAllConnections();
    await stopped;
  }
}

const [old, next, unpublished] = [new Signer('old'), new Signer('next'), new Signer('unpublished')];

describe('with a key server', () => {
  let keys: KeyServer;
  let node: WatchedNode;
  beforeEach(async () => {
    keys = new KeyServer();
    keys.published = [old];
    await keys.start();
  });
  afterEach(async () => {
    await node.stop();
    await keys.stop();
  });

  const start = () =>
    WatchedNode.start({
      ...trusting,
      PARLEY_PUBLIC_TOKENS: PUBLIC_TOKEN,
      PARLEY_JWT_ALGORITHM: 'RS256',
      PARLEY_JWT_JWKS_URL: keys.url,
    });

  it('keys rotate without a restart, and only theirs are believed', async () => {
    node = await start();
    expect(await node.knock({ credential: old.token() })).toBe('welcome');
    // The key that everybody knows, taken for a secret.
    const confused = mint({ sub: 'root', ...EVERYTHING }, { algorithm: 'HS256', key: old.pem, kid: 'old' });
    expect(await node.knock({ credential: confused })).toBe('4108 token-wrong-algorithm');
    expect(await node.knock({ credential: unpublished.token('old') })).toBe('4102 token-bad-signature');

    keys.published = [old, next];
    expect(await node.knock({ credential: next.token() })).toBe('welcome');
    expect(await node.knock({ credential: old.token() })).toBe('welcome');
    expect(await node.knock({ credential: next.token('old') })).toBe('4102 token-bad-signature');
    expect(await node.knock({ credential: unpublished.token() })).toBe('4109 token-unknown-key');
    expect(await node.check({ credential: unpublished.token() })).toBe('401 token-unknown-key');
  });

  it('that goes down, sessions go on, and so does who has a key that is known', async () => {
    node = await start();
    const client = await node.enter({ credential: old.token() });
    await keys.stop();
    expect(await answerTo(client, { type: 'ping' })).toBe('pong');
    expect(await answerTo(client, { type: 'refresh', token: old.token() })).toBe('refreshed');
    expect(await node.knock({ credential: old.token() })).toBe('welcome');
    // Nobody knows whether the key server would know this one, and nobody is called a liar for that.
    expect(await node.knock({ credential: next.token() })).toBe('503 keys-unavailable');
    expect(await answerTo(client, { type: 'ping' })).toBe('pong');
  });

  it('that is down, tokens are neither accepted nor refused; everything else goes on; it comes back without a restart', async () => {
    await keys.stop();
    node = await start();
    expect(await node.knock({ credential: old.token() })).toBe('503 keys-unavailable');
    expect(await node.check({ credential: old.token() })).toBe('503 keys-unavailable');
    const client = await node.enter();
    expect(await client.request({ type: 'refresh', token: old.token() }, 'error')).toMatchObject({
      code: 'keys-unavailable',
      retryAfterMs: expect.any(Number),
    });
    expect(await answerTo(client, { type: 'ping' })).toBe('pong');
    await keys.start();
    await until(
      'the keys to be there',
      async () => (await node.knock({ credential: old.token() })) === 'welcome',
      20_000,
    );
  });
});
