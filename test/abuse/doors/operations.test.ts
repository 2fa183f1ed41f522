import { request, type OutgoingHttpHeaders } from 'node:http';

import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';

import { startRedis, uniquePrefix, type SharedRedis } from '../../support/redis.ts';
import { unlimited } from '../../support/unlimited.ts';
import { until } from '../../support/until.ts';
import { untilGathered } from '../support/gathered.ts';
import { freshAddress, freshName } from '../support/names.ts';
import { WatchedNode } from '../support/watched-node.ts';
import { jwtOf, NODES, OPS_TOKEN } from './nodes.ts';
import { answerTo, ended, operate, times } from './play.ts';
import { stage } from './stage.ts';

const nodeNamed = stage();

let redis: SharedRedis;
let nodes: readonly [WatchedNode, WatchedNode];
beforeAll(async () => {
  redis = await startRedis();
  const shared = { PARLEY_REDIS_URL: redis.url, PARLEY_REDIS_PREFIX: uniquePrefix() };
  const start = () => WatchedNode.start({ ...NODES.usual, ...unlimited, ...shared });
  nodes = await Promise.all([start(), start()]);
  await untilGathered(nodes);
});
afterEach(async () => {
  await Promise.all(nodes.map((node) => node.leave()));
  await until('nobody to be left in a list', async () => {
    const counts = await Promise.all(nodes.map((node) => node.metric('parley_sessions')));
    return counts.every((count) => count === 0);
  });
});
afterAll(async () => {
  await Promise.all(nodes.map((node) => node.stop()));
  await redis.stop();
});

const authorized = { authorization: `Bearer ${OPS_TOKEN}` };
const asJson = { 'content-type': 'application/json' };

interface Question {
  readonly to?: WatchedNode;
  readonly method?: string;
  readonly body?: object | undefined;
  readonly headers?: OutgoingHttpHeaders;
}

/** Asks the operations port with whatever headers, `Host` included; the status and the `code` of a refusal. */
function ask(
  path: string,
  { to = nodes[0], method = 'GET', body, headers = {} }: Question = {},
): Promise<string> {
  const text = body && JSON.stringify(body);
  const length = text !== undefined && { ...asJson, 'content-length': Buffer.byteLength(text) };
  return new Promise((resolve, reject) => {
    request(
      `${to.opsUrl}${path}`,
      { method, headers: { ...length, ...headers }, agent: false },
      (response) => {
        let answer = '';
        response.setEncoding('utf8').on('data', (chunk: string) => (answer += chunk));
        response.on('end', () =>
          resolve(`${response.statusCode} ${/"code": "([\w-]+)"/.exec(answer)?.[1] ?? ''}`.trim()),
        );
      },
    )
      .on('error', reject)
      .end(text);
  });
}

describe('the operations port', () => {
  it.each([
    ['/sessions?reveal=1', 'GET', undefined],
    ['/bans?reveal=1', 'GET', undefined],
    ['/bans', 'POST', { kind: 'address', subject: '198.51.100.99', forMs: 1_000 }],
    ['/bans', 'DELETE', { kind: 'address', subject: '198.51.100.99' }],
    ['/sessions/close', 'POST', { session: 'nobody' }],
  ])('%s by %s needs the token', async (path, method, body) => {
    expect(await ask(path, { method, body })).toBe('403 token-missing');
    const cookie = { cookie: `token=${OPS_TOKEN}` };
    expect(await ask(path, { method, body, headers: cookie })).toBe('403 token-missing');
    const [status = ''] = (await ask(path, { method, body, headers: authorized })).split(' ');
    expect(status).toBeOneOf(['200', '202', '404']);
  });

  it.each([
    ['localhost', '200'],
    ['127.0.0.1:9464', '200'],
    ['[::1]', '200'],
    ['evil.example', '421 unknown-host'],
    ['localhost.evil.example', '421 unknown-host'],
    ['127.0.0.1.evil.example:9464', '421 unknown-host'],
  ])('asked as "%s"', async (host, heard) => {
    for (const path of ['/sessions', '/bans', '/statusz', '/metrics'])
      expect(await ask(path, { headers: { host, ...authorized } })).toBe(heard);
  });

  it.each([
    { origin: 'https://evil.example' },
    { origin: 'null' },
    { 'sec-fetch-site': 'cross-site' },
    { 'sec-fetch-site': 'same-site' },
  ])('answers no page: %j', async (headers) => {
    expect(await ask('/sessions', { headers: { ...headers, ...authorized } })).toBe('403 cross-origin');
  });

  it('lets nobody guess the token', async () => {
    const to = await nodeNamed('usual');
    const headers = { authorization: 'Bearer the-token-of-somebody-else-entirely' };
    const heard = await times(20, () => ask('/bans?reveal=1', { to, headers }));
    expect(heard[0]).toBe('403 token-wrong');
    expect(heard.at(-1)).toBe('429 too-many-tokens');
    // Whoever has it is not locked out by somebody who tries.
    expect(await ask('/bans?reveal=1', { to, headers: authorized })).toBe('200');
  });
});

describe('a session, as operators see it', () => {
  it('has what is known of it, by other names unless the token is shown', async () => {
    const [, node] = nodes;
    const from = freshAddress();
    const user = freshName('user');
    const credential = jwtOf({ sub: user });
    const client = await node.enter({
      from,
      credential,
      origin: 'https://page.example',
      headers: { 'user-agent': 'a test' },
    });
    await client.request({ type: 'join', room: freshName() }, 'joined');
    const list = async (path: string) =>
      (await operate(node, 'GET', path)).body['sessions'] as Record<string, unknown>[];

    const [plain] = await list('/sessions');
    expect(plain).toMatchObject({
      realm: 'main',
      origin: 'https://page.example',
      userAgent: 'a test',
      connectedAt: expect.stringMatching(/^\d{4}-.*Z$/),
      lastActivity: expect.stringMatching(/^\d{4}-.*Z$/),
      rooms: 1,
      framesReceived: 1,
      framesSent: 2,
    });
    expect(plain!['bytesReceived']).toBeGreaterThan(10);
    node.leaks();
    expect(node.secrets.foundIn(JSON.stringify(plain))).toEqual([]);

    const [revealed] = await list('/sessions?reveal=1');
    expect(revealed).toMatchObject({
      session: client.welcome.session,
      peer: client.welcome.peer,
      user,
      address: from,
    });
  });

  it('is ended by either name, wherever in the cluster it is', async () => {
    const [here, there] = nodes;
    const [one, other] = [await there.enter(), await there.enter()];
    await operate(here, 'POST', '/sessions/close', { session: one.welcome.session });
    expect(await ended(one)).toBe('4201 kicked');
    const { body } = await operate(there, 'GET', '/sessions');
    const [{ session }] = body['sessions'] as [{ session: string }];
    await operate(there, 'POST', '/sessions/close', { session });
    expect(await ended(other)).toBe('4201 kicked');
  });
});

describe('a ban', () => {
  it('ends the sessions of somebody and keeps it out, on every node, until it is taken back; nobody else notices', async () => {
    const neighbour = await nodes[1].enter({ credential: jwtOf() });
    await Promise.all((['address', 'token', 'user', 'peer'] as const).map(banAndUnban));
    expect(await answerTo(neighbour, { type: 'ping' })).toBe('pong');
  });

  async function banAndUnban(kind: 'address' | 'token' | 'user' | 'peer'): Promise<void> {
    const [here, there] = nodes;
    const [user, peer, from] = [freshName('user'), freshName('peer'), freshAddress()];
    const approach = { from, credential: jwtOf({ sub: user, peer }) };
    const subjects = {
      address: from,
      token: approach.credential,
      user: `main/${user}`,
      peer: `main/${peer}`,
    };
    const ban = { kind, subject: subjects[kind] };
    const banned = await there.enter(approach);

    expect((await operate(here, 'POST', '/bans', { ...ban, forMs: 600_000 })).status).toBe(200);
    expect(await ended(banned)).toBe('4202 banned');
    for (const node of nodes) {
      expect(await node.knock(approach)).toBe(kind === 'address' ? '403 banned' : '4202 banned');
      expect(await node.check(approach)).toBe(kind === 'address' ? '403 banned' : '401 banned');
    }

    await operate(here, 'DELETE', '/bans', ban);
    await until('the other node to have heard', async () => (await there.check(approach)) === '200 ok');
    expect(await here.check(approach)).toBe('200 ok');
  }

  it('ends by itself', async () => {
    const [node] = nodes;
    const from = freshAddress();
    await operate(node, 'POST', '/bans', { kind: 'address', subject: from, forMs: 3_000 });
    expect(await node.check({ from })).toBe('403 banned');
    await until('it to be over', async () => (await node.check({ from })) === '200 ok');
  });
});
