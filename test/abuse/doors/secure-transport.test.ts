import { readFileSync } from 'node:fs';

import { certificateFiles } from '@parley/core/contract-socket';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import type { ClientOptions } from 'ws';

import { RawClient, Refused } from '../../support/client.ts';
import { LIBRARIES } from '../support/abused-node.ts';
import { Stranger } from '../support/stranger.ts';
import { WatchedNode } from '../support/watched-node.ts';
import { PUBLIC_TOKEN, trusting } from './nodes.ts';

const env = { PARLEY_PUBLIC_TOKENS: PUBLIC_TOKEN };
const REFUSED = '426 insecure-transport';

describe('where only TLS is welcome', () => {
  let trusted: WatchedNode;
  let distrustful: WatchedNode;
  beforeAll(async () => {
    const secure = { ...env, PARLEY_REQUIRE_SECURE: 'true' };
    trusted = await WatchedNode.start({ ...secure, ...trusting });
    distrustful = await WatchedNode.start({ ...secure, PARLEY_TRUSTED_PROXIES: '192.0.2.1' });
  });
  afterAll(async () => {
    await trusted.stop();
    await distrustful.stop();
  });

  it.each([
    ['says nothing', {}, REFUSED],
    ['says http', { 'x-forwarded-proto': 'http' }, REFUSED],
    [
      'says it in other headers',
      { 'x-forwarded-ssl': 'on', 'front-end-https': 'on', forwarded: 'proto=https' },
      REFUSED,
    ],
    ['says https', { 'x-forwarded-proto': 'https' }, 'welcome'],
    ['says HTTPS', { 'x-forwarded-proto': 'HTTPS' }, 'welcome'],
  ])('a proxy that is trusted and %s', async (_what, headers, heard) => {
    expect(await trusted.knock({ headers })).toBe(heard);
    expect(await trusted.check({ headers })).toBe(heard === 'welcome' ? '200 ok' : heard);
  });

  it.each([
    {},
    { 'x-forwarded-proto': 'https' },
    { 'x-forwarded-proto': 'https', 'x-forwarded-for': '127.0.0.1' },
  ])('who is not trusted is refused, whatever it says: %j', async (headers) => {
    expect(await distrustful.knock({ headers })).toBe(REFUSED);
  });

  it('the refusal says what to change to', async () => {
    const refused = await RawClient.connect(distrustful.url, { token: PUBLIC_TOKEN }).catch(
      (error: unknown) => error,
    );
    expect(refused).toBeInstanceOf(Refused);
    expect((refused as Refused).headers.upgrade).toBeDefined();
  });
});

it.each(LIBRARIES)(
  'over %s, with a certificate of its own, a node takes TLS 1.2 and nothing less',
  async (library) => {
    const files = certificateFiles();
    const ca = readFileSync(files.certFile, 'utf8');
    const node = await WatchedNode.start({
      ...env,
      PARLEY_SOCKET: library,
      PARLEY_REQUIRE_SECURE: 'true',
      PARLEY_TLS_CERT_FILE: files.certFile,
      PARLEY_TLS_KEY_FILE: files.keyFile,
    });
    onTestFinished(() => node.stop());
    const comeIn = (socket: ClientOptions) =>
      RawClient.connect(`https://localhost:${node.process.port}`, {
        token: PUBLIC_TOKEN,
        socket: { ca, ...socket },
      });

    const client = await comeIn({ maxVersion: 'TLSv1.2' });
    const old = { minVersion: 'TLSv1', maxVersion: 'TLSv1.1', ciphers: 'DEFAULT@SECLEVEL=0' } as const;
    await expect(comeIn(old)).rejects.toThrow(/alert|version|protocol|reset|disconnected/i);
    const stranger = await Stranger.dial(node.process.port);
    stranger.write('GET /v1/check HTTP/1.1\r\nHost: parley.test\r\n\r\n');
    await stranger.over();
    expect(stranger.answers.map(({ status }) => status)).not.toContain(200);

    // Whoever tried has harmed nobody.
    expect((await client.request({ type: 'ping' })).type).toBe('pong');
    await client.close();
  },
);
