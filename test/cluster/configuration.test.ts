import { createServer, type AddressInfo } from 'node:net';

import { readConfig } from '@parley/edge/config';
import { afterEach, describe, expect, it } from 'vitest';

import { RawClient } from '../support/client.ts';
import { statusOf } from '../support/process-cluster.ts';
import { failToStart, startNode, type NodeProcess } from '../support/process.ts';
import { startOwnRedis } from '../support/redis.ts';

const open = { PARLEY_AUTH: 'none' };

describe('a node that is configured wrongly', () => {
  it.each([
    ['nothing about who may connect', {}, [/PARLEY_PUBLIC_TOKENS.*PARLEY_JWT_SECRET.*PARLEY_AUTH=none/]],
    ['an unknown name', { ...open, PARLEY_PROT: '8080' }, [/^PARLEY_PROT is not a setting/]],
    [
      'several bad values and an unknown name at once',
      {
        ...open,
        PARLEY_OPS_PORT: '70000',
        PARLEY_LOG_LEVEL: 'loud',
        PARLEY_REDIS_PREFIX: 'has{braces}',
        PARLEY_IDLE_TIMEOUT_MS: '10s',
        PARLEY_IDEL_TIMEOUT_MS: '10000',
      },
      [
        /^PARLEY_IDEL_TIMEOUT_MS is not a setting/,
        /^PARLEY_IDLE_TIMEOUT_MS /,
        /^PARLEY_LOG_LEVEL /,
        /^PARLEY_OPS_PORT /,
        /^PARLEY_REDIS_PREFIX /,
      ],
    ],
    [
      'everybody let in beside somebody',
      { PARLEY_AUTH: 'none,public', PARLEY_PUBLIC_TOKENS: 'a-public-token-of-24-chars' },
      [/PARLEY_AUTH=none/],
    ],
    ['public tokens without one', { PARLEY_AUTH: 'public' }, [/PARLEY_PUBLIC_TOKENS is not set/]],
    [
      'public tokens that are not used',
      { ...open, PARLEY_PUBLIC_TOKENS: 'a-public-token-of-24-chars' },
      [/PARLEY_PUBLIC_TOKENS is set/],
    ],
    ['a public token that is too short', { PARLEY_PUBLIC_TOKENS: 'tiny-0ne' }, [/16 to 128/]],
    ['a JWT secret that is too short', { PARLEY_JWT_SECRET: 'tiny-0ne' }, [/32 bytes/]],
    [
      'an algorithm without its key',
      { PARLEY_AUTH: 'jwt', PARLEY_JWT_ALGORITHM: 'RS256' },
      [/PARLEY_JWT_ALGORITHM=RS256 needs PARLEY_JWT_PUBLIC_KEYS/],
    ],
    [
      'a key file that is not there',
      { PARLEY_JWT_ALGORITHM: 'ES256', PARLEY_JWT_PUBLIC_KEYS: '/nowhere/key.pem' },
      [/\/nowhere\/key\.pem/],
    ],
    [
      'a proxy that is no address',
      { ...open, PARLEY_TRUSTED_PROXIES: '10.0.0.0/8,haproxy' },
      [/PARLEY_TRUSTED_PROXIES.*haproxy/],
    ],
    ['a Redis that is no URL', { ...open, PARLEY_REDIS_URL: 'http://localhost' }, [/redis:\/\//]],
  ])('ends with 1 and one line a mistake: %s', async (_what, env: NodeJS.ProcessEnv, lines) => {
    const { code, output } = await failToStart(env);
    expect(code).toBe(1);
    expect(output.split('\n').sort()).toEqual(lines.map((line) => expect.stringMatching(line)));
    // What was set may be a secret.
    expect(output).not.toMatch(/a-public-token-of-24-chars|tiny-0ne/);
  });

  it('ends with 1 and one line when its port is taken', async () => {
    const somebody = createServer();
    await new Promise<void>((resolve) => somebody.listen(0, '127.0.0.1', resolve));
    const { port } = somebody.address() as AddressInfo;
    for (const PARLEY_SOCKET of ['auto', 'ws']) {
      for (const taken of ['PARLEY_PORT', 'PARLEY_OPS_PORT']) {
        const outcome = await failToStart({
          ...open,
          PARLEY_LOG_LEVEL: 'error',
          PARLEY_SOCKET,
          [taken]: String(port),
        });
        expect(outcome).toMatchObject({ code: 1, output: expect.stringMatching(/^.*EADDRINUSE.*$/) });
      }
    }
    somebody.close();
  });

  it('ends with 1 and one line when Redis is not there', async () => {
    const redis = await startOwnRedis();
    await redis.crash();
    const outcome = await failToStart({ ...open, PARLEY_LOG_LEVEL: 'error', PARLEY_REDIS_URL: redis.url });
    await redis.stop();
    expect(outcome).toMatchObject({
      code: 1,
      output: expect.stringMatching(/^Redis could not be reached.*$/),
    });
  });
});

describe('a node that is configured well', () => {
  let node: NodeProcess | undefined;
  afterEach(async () => {
    await node?.stop();
    node = undefined;
  });

  it('takes no notice of settings for tests, and of empty ones', async () => {
    node = await startNode({ ...open, PARLEY_TEST_ANYTHING: 'at all', PARLEY_JWT_ISSUER: '' });
    expect(await statusOf(node)).toMatchObject({ ready: true });
  });

  it('ignores what Kubernetes injects for a service of its name, and warns once', async () => {
    node = await startNode({
      ...open,
      PARLEY_SERVICE_HOST: '10.96.0.7',
      PARLEY_SERVICE_PORT: '8080',
      PARLEY_SERVICE_PORT_HTTP: '8080',
      PARLEY_PORT_8080_TCP: 'tcp://10.96.0.7:8080',
      PARLEY_PORT_8080_TCP_PROTO: 'tcp',
      PARLEY_PORT_8080_TCP_PORT: '8080',
      PARLEY_PORT_8080_TCP_ADDR: '10.96.0.7',
    });
    const warnings = node.output.split('\n').filter((line) => line.includes('enableServiceLinks: false'));
    expect(warnings).toHaveLength(1);
    await (await RawClient.connect(node.url)).close();
  });

  // A node would then listen on 8080, where somebody else may be.
  it('takes the PARLEY_PORT of Kubernetes for none at all', () => {
    const outcome = readConfig({ ...open, PARLEY_PORT: 'tcp://10.96.0.7:8080' });
    if (!outcome.ok) throw new Error(outcome.mistakes.join());
    expect(outcome.config.PARLEY_PORT).toBe(8080);
    expect(outcome.warnings).toEqual([expect.stringContaining('enableServiceLinks: false')]);
  });

  it('says in one line where it listens', async () => {
    node = await startNode(open);
    const listening = node.lines.filter(({ event }) => event === 'listening');
    expect(listening).toMatchObject([{ port: node.port, opsPort: node.opsPort }]);
  });

  it('runs on ws when it is told to', async () => {
    node = await startNode({ ...open, PARLEY_SOCKET: 'ws' });
    expect(await statusOf(node)).toMatchObject({ socket: 'ws', ready: true, sessions: 0 });
    await (await RawClient.connect(node.url)).close();
  });

  it.each(['auto', 'ws'])('ends with 0 on SIGTERM, and tells its clients so (%s)', async (socket) => {
    node = await startNode({ ...open, PARLEY_SOCKET: socket });
    const client = await RawClient.connect(node.url);
    await client.request({ type: 'join' }, 'joined');
    node.kill('SIGTERM');
    expect(await client.closed).toMatchObject({ code: 4000, reason: expect.stringMatching(/^drained/) });
    expect(await node.exited).toEqual({ code: 0, signal: null });
    expect(node.lines.at(-1)).toMatchObject({ event: 'stopped' });
  });

  it('ends with 0 on SIGTERM although Redis does not answer', async () => {
    const redis = await startOwnRedis();
    try {
      node = await startNode({ ...open, PARLEY_REDIS_URL: redis.url });
      const client = await RawClient.connect(node.url);
      await client.request({ type: 'join' }, 'joined');
      redis.pause();
      node.kill('SIGTERM');
      expect(await client.closed).toMatchObject({ code: 4000 });
      expect(await node.exited).toEqual({ code: 0, signal: null });
    } finally {
      redis.resume();
      await redis.stop();
    }
  });
});
