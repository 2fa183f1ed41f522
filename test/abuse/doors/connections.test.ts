import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { startRedis, uniquePrefix, type SharedRedis } from '../../support/redis.ts';
import { until } from '../../support/until.ts';
import { freshAddress, freshName, freshNetwork } from '../support/names.ts';
import { WatchedNode } from '../support/watched-node.ts';
import { jwtOf, LOW, NODES } from './nodes.ts';
import { times } from './play.ts';
import { stage } from './stage.ts';

const nodeNamed = stage();
const TOO_MANY = '429 too-many-sessions';

describe('sockets are counted', () => {
  it('of a node, whoever they are of, and while they last', async () => {
    const node = await nodeNamed('narrow');
    const only = await node.enter();
    expect(await node.knock()).toBe('503 node-full');
    expect(await node.check()).toBe('503 node-full');
    only.terminate();
    await until('room for another', async () => (await node.knock()) === 'welcome');
  });

  it('of an address, of a /64', async () => {
    const node = await nodeNamed('usual');
    const network = freshNetwork();
    const inside = await times(LOW.inside, (index) => node.enter({ from: `${network}:1::${index}` }));
    expect(await node.knock({ from: `${network}:1:2:3:4:5` })).toBe(TOO_MANY);
    expect(await node.check({ from: `${network}:1::5` })).toBe(TOO_MANY);
    expect(await node.knock({ from: `${freshNetwork()}::1` })).toBe('welcome');
    await inside[0]?.close();
    await until(
      'room for another',
      async () => (await node.knock({ from: `${network}:1::6` })) === 'welcome',
    );
  });

  it('of an address, who is let in only to be told why not included', async () => {
    const node = await nodeNamed('usual');
    const from = freshAddress();
    await times(LOW.inside - 1, () => node.enter({ from }));
    expect(await node.knock({ from, credential: 'a-public-token-that-is-none' })).toBe('4107 token-unknown');
    await until('the other to be gone', async () => (await node.knock({ from })) === 'welcome');
  });

  it('of a JWT, from wherever, and of no public token', async () => {
    const node = await nodeNamed('usual');
    const credential = jwtOf();
    await times(LOW.insideWithToken, () => node.enter({ credential }));
    expect(await node.knock({ credential })).toBe(TOO_MANY);
    expect(await node.knock({ credential: jwtOf() })).toBe('welcome');
    expect(new Set(await times(LOW.insideWithToken + 2, () => node.enter().then(() => 'inside')))).toEqual(
      new Set(['inside']),
    );
  });
});

describe('attempts are counted', () => {
  it('of an address, on /v1/check and on /v1/connect together, before anything is looked at', async () => {
    const node = await nodeNamed('usual');
    const from = freshAddress();
    const half = LOW.upgrades / 2;
    expect(new Set(await times(half, () => node.check({ from })))).toEqual(new Set(['200 ok']));
    expect(new Set(await times(half, () => node.knock({ from })))).toEqual(new Set(['welcome']));
    for (const credential of [
      false,
      'short',
      jwtOf({}, { key: 'the secret of somebody else, long enough' }),
    ] as const)
      expect(await node.knock({ from, credential })).toBe('429 rate-limited');
    expect(await node.metric('parley_limited_total', { limit: 'upgrade-address' })).toBeGreaterThan(2);
  });

  it('of an address, and come back one by one', async () => {
    const node = await nodeNamed('brisk');
    const from = freshAddress();
    const isLimited = async () => (await node.check({ from })) === '429 rate-limited';
    await times(60, () => node.check({ from }));
    await until('the budget to be empty', isLimited);
    await until('one to come back', async () => !(await isLimited()));
    await until('the budget to be empty again', isLimited);
  });

  it('of a JWT, from wherever, and of no public token', async () => {
    const node = await nodeNamed('usual');
    const credential = jwtOf();
    expect(new Set(await times(LOW.perToken, () => node.knock({ credential })))).toEqual(
      new Set(['welcome']),
    );
    expect(await node.knock({ credential })).toBe('429 rate-limited');
    expect(await node.knock({ credential: jwtOf() })).toBe('welcome');
    expect(new Set(await times(LOW.perToken + 2, () => node.knock()))).toEqual(new Set(['welcome']));
  });
});

describe('over two nodes', () => {
  let redis: SharedRedis;
  let nodes: readonly WatchedNode[];
  beforeAll(async () => {
    redis = await startRedis();
    const shared = { PARLEY_REDIS_URL: redis.url, PARLEY_REDIS_PREFIX: uniquePrefix() };
    const settings = { ...NODES.usual, ...shared, PARLEY_MAX_SESSIONS_PER_REALM: '4' };
    nodes = await Promise.all([WatchedNode.start(settings), WatchedNode.start(settings)]);
  });
  afterAll(async () => {
    await Promise.all(nodes.map((node) => node.stop()));
    await redis.stop();
  });

  it('sockets of a realm are counted wherever they are', async () => {
    const [here, there] = nodes as [WatchedNode, WatchedNode];
    const of = (realm: string) => ({ credential: jwtOf({ realm, sub: freshName('user') }) });
    await times(2, () => here.enter(of('full')));
    await times(2, () => there.enter(of('full')));
    for (const node of nodes) {
      // Of each other they hear with the next beat.
      await until('the realm to be full', async () => (await node.knock(of('full'))) === TOO_MANY);
      expect(await node.check(of('full'))).toBe(TOO_MANY);
      expect(await node.knock(of('empty'))).toBe('welcome');
    }
  });

  it('attempts of an address are counted wherever they are', async () => {
    const from = freshAddress();
    const tries = await times(LOW.upgrades + 4, (index) => nodes[index % 2]!.check({ from }));
    expect(tries.filter((heard) => heard === '200 ok')).toHaveLength(LOW.upgrades);
  });

  it('credentials that are refused are counted wherever they are', async () => {
    const from = freshAddress();
    await times(LOW.failures + 1, (index) =>
      nodes[index % 2]!.check({ from, credential: 'a-public-token-that-is-none' }),
    );
    const tries = await Promise.all(
      nodes.map((node) => node.check({ from, credential: 'a-public-token-that-is-none' })),
    );
    expect(tries).toContain('429 rate-limited');
  });
});
