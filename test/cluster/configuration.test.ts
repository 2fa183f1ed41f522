import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { connect, createServer, type AddressInfo } from 'node:net';

import { readConfig } from '@parley/edge/config';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { RawClient } from '../support/client.ts';
import { statusOf } from '../support/process-cluster.ts';
import { failToStart, startNode, type NodeProcess } from '../support/process.ts';
import { has } from '../support/programs.ts';
import { plainRedis } from '../support/redis-keys.ts';
import { startOwnRedis, type OwnRedis } from '../support/redis.ts';
import { shippedPath } from '../support/shipped.ts';

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
        /^PARLEY_IDLE_TIMEOUT_MS: .* whole number/,
        /^PARLEY_LOG_LEVEL: must be one of/,
        /^PARLEY_OPS_PORT: .* 0 to 65535/,
        /^PARLEY_REDIS_PREFIX: /,
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
    [
      'a public token that is too short',
      { PARLEY_PUBLIC_TOKENS: 'tiny-0ne' },
      [/^PARLEY_PUBLIC_TOKENS: token 1 must be 16 to 128/],
    ],
    [
      'a JWT secret that is too short',
      { PARLEY_JWT_SECRET: 'tiny-0ne' },
      [/^PARLEY_JWT_SECRET: must have 32 bytes/],
    ],
    [
      'an algorithm without its key',
      { PARLEY_AUTH: 'jwt', PARLEY_JWT_ALGORITHM: 'RS256' },
      [/PARLEY_JWT_ALGORITHM=RS256 needs PARLEY_JWT_PUBLIC_KEYS/],
    ],
    [
      'a key file that is not there',
      { PARLEY_JWT_ALGORITHM: 'ES256', PARLEY_JWT_PUBLIC_KEYS: '/nowhere/key.pem' },
      [/^PARLEY_JWT_PUBLIC_KEYS: .*\/nowhere\/key\.pem/],
    ],
    [
      'a proxy that is no address',
      { ...open, PARLEY_TRUSTED_PROXIES: '10.0.0.0/8,haproxy' },
      [/^PARLEY_TRUSTED_PROXIES: haproxy is neither/],
    ],
    [
      'a Redis that is no URL',
      { ...open, PARLEY_REDIS_URL: 'http://localhost' },
      [/^PARLEY_REDIS_URL: .*redis:\/\//],
    ],
    [
      'origins that no browser sends',
      { ...open, PARLEY_ALLOWED_ORIGINS: 'example.org,https://example.org/' },
      [
        /^PARLEY_ALLOWED_ORIGINS: example\.org is no origin, write https:\/\/example\.org$/,
        /^PARLEY_ALLOWED_ORIGINS: https:\/\/example\.org\/ is no origin, write https:\/\/example\.org$/,
      ],
    ],
    [
      'mistakes of every kind at once',
      {
        PARLEY_AUTH: 'public',
        PARLEY_PUBLIC_TOKENS: 'tiny-0ne',
        PARLEY_JWT_ALGORITHM: 'ES256',
        PARLEY_JWT_PUBLIC_KEYS: '/nowhere/key.pem',
        PARLEY_MAX_SESSIONS: '-1',
        PARLEY_PROT: '8080',
        PARLEY_REDIS_URL: 'http://:tiny-0ne@localhost',
      },
      [
        /^PARLEY_JWT_PUBLIC_KEYS is set, but PARLEY_AUTH does not name jwt$/,
        /^PARLEY_JWT_PUBLIC_KEYS: cannot read/,
        /^PARLEY_MAX_SESSIONS: must be a whole number, 0 to/,
        /^PARLEY_PROT is not a setting/,
        /^PARLEY_PUBLIC_TOKENS: /,
        /^PARLEY_REDIS_URL: /,
      ],
    ],
    [
      'a host without an address',
      // Its first label is too long to ask anybody for.
      { ...open, PARLEY_HOST: `${'no'.repeat(32)}.invalid`, PARLEY_LOG_LEVEL: 'error' },
      [/^PARLEY_HOST: (no){32}\.invalid is a name without an address/],
    ],
    [
      'a host of elsewhere for operations',
      { ...open, PARLEY_OPS_HOST: '192.0.2.1', PARLEY_LOG_LEVEL: 'error' },
      [/^PARLEY_OPS_HOST: 192\.0\.2\.1 is no address of this machine$/],
    ],
    [
      'no such page',
      { ...open, PARLEY_DEMO_DIR: '/nowhere', PARLEY_LOG_LEVEL: 'error' },
      [/^PARLEY_DEMO_DIR: .*\/nowhere/],
    ],
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
        expect(outcome).toMatchObject({ code: 1, output: `${taken}: port ${port} of 127.0.0.1 is taken` });
      }
    }
    somebody.close();
  });

  it('says that it waits when Redis is not there, and ends with 1 and one line', async () => {
    const redis = await startOwnRedis();
    await redis.crash();
    const { code, output } = await failToStart({
      ...open,
      PARLEY_LOG_LEVEL: 'warn',
      PARLEY_SOCKET: 'ws',
      PARLEY_REDIS_URL: redis.url,
    });
    await redis.stop();
    expect(code).toBe(1);
    expect(output.split('\n')).toEqual([
      expect.stringMatching(/"level":"warn".*"error":"connect ECONNREFUSED 127\.0\.0\.1:\d+"/),
      expect.stringMatching(/"level":"warn".*"event":"redis-waiting".*"waiting for Redis"/),
      expect.stringMatching(/^PARLEY_REDIS_URL: Redis could not be reached/),
    ]);
  });
});

describe.runIf(has('redis-server'))('a node that may not subscribe to its own channel', () => {
  let redis: OwnRedis;
  let deaf: NodeJS.ProcessEnv;
  beforeEach(async () => {
    redis = await startOwnRedis();
    const admin = plainRedis(redis.url);
    await admin.call('ACL', 'SETUSER', 'deaf', 'on', '>secret', '~*', 'resetchannels', '+@all');
    admin.disconnect();
    deaf = {
      ...open,
      PARLEY_HOST: '127.0.0.1',
      PARLEY_PORT: '0',
      PARLEY_OPS_PORT: '0',
      PARLEY_SOCKET: 'auto',
      PARLEY_REDIS_URL: redis.url.replace('redis://', 'redis://deaf:secret@'),
    };
  });
  afterEach(() => redis.stop());

  it('does not start in silence for ever, but ends with 1 and one line that says what to look at', async () => {
    const { code, output } = await failToStart({ ...deaf, PARLEY_LOG_LEVEL: 'error' });
    expect(code).toBe(1);
    expect(output).toMatch(/^PARLEY_REDIS_URL: .* does not hear its own inbox; may its user subscribe/);
  });

  it('ends with 0 when it is told to while it still waits', async () => {
    const child = spawn(process.execPath, [shippedPath('apps/edge/dist/main.js')], {
      env: deaf,
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    const ended = once(child, 'exit');
    const [line] = await once(child.stdout, 'data');
    expect(String(line)).toContain('inbox lost');
    child.kill('SIGTERM');
    expect(await ended).toEqual([0, null]);
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
      // Of a service beside it, called parley-redis.
      PARLEY_REDIS_SERVICE_HOST: '10.96.0.8',
      PARLEY_REDIS_PORT: 'tcp://10.96.0.8:6379',
      PARLEY_REDIS_PORT_6379_TCP: 'tcp://10.96.0.8:6379',
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

  it('warns once, on ws, of balancers whose PROXY headers it refuses, and takes them from those it trusts', async () => {
    const header = Buffer.from('0d0a0d0a000d0a515549540a2111000ccb007107c0000201c35001bb', 'hex');
    const statuses = async ({ port }: NodeProcess) => [
      await firstLineTo(port, header),
      await firstLineTo(port, header),
    ];
    const warnings = ({ lines }: NodeProcess) =>
      lines.filter(({ event }) => event === 'proxy-header-refused');

    node = await startNode({ ...open, PARLEY_SOCKET: 'ws', PARLEY_TRUSTED_PROXIES: '127.0.0.1' });
    expect(await statuses(node)).toEqual(['HTTP/1.1 404 Not Found', 'HTTP/1.1 404 Not Found']);
    await node.stop();
    expect(warnings(node)).toEqual([]);

    node = await startNode({ ...open, PARLEY_SOCKET: 'ws' });
    expect(await statuses(node)).toEqual(['HTTP/1.1 400 Bad Request', 'HTTP/1.1 400 Bad Request']);
    await node.stop();
    expect(warnings(node)).toMatchObject([
      { level: 'warn', msg: expect.stringContaining('PARLEY_TRUSTED_PROXIES') },
    ]);
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

/** Sends a request behind this header, and returns the first line of the answer. */
async function firstLineTo(port: number, header: Buffer): Promise<string | undefined> {
  const wire = connect(port, '127.0.0.1');
  let answer = '';
  wire.on('data', (chunk: Buffer) => (answer += chunk.toString()));
  wire.write(
    Buffer.concat([header, Buffer.from('GET /nothing HTTP/1.1\r\nHost: here\r\nConnection: close\r\n\r\n')]),
  );
  await once(wire, 'close');
  return answer.split('\r\n')[0];
}
