import { readFileSync } from 'node:fs';

import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { untilAcquainted } from '../support/acquaintances.ts';
import { askOperations } from '../support/operations.ts';
import type { NodeProcess } from '../support/process.ts';
import { failToStart } from '../support/process.ts';
import { has } from '../support/programs.ts';
import { startRedisCluster } from '../support/redis-cluster.ts';
import { startRedisSentinel } from '../support/redis-sentinel.ts';
import { startOwnRedis, type SharedRedis } from '../support/redis.ts';
import { shippedPath } from '../support/shipped.ts';
import { until } from '../support/until.ts';
import { untilDelivered } from './support/answers.ts';
import { withRedis } from './support/entries.ts';
import { Stage } from './support/stage.ts';

/** The user that the operators' guide tells to make, word by word. */
const USER =
  /^user (parley on >SECRET .*)$/m.exec(readFileSync(shippedPath('infra/README.md'), 'utf8'))?.[1] ?? '';
const OPS_TOKEN = 'operators-token-of-thirty-two-chars';

/** A way to run Redis: how a node is told of it, and where the user is to be made. */
interface Deployment extends SharedRedis {
  readonly servers: readonly string[];
}

const deployments: readonly (readonly [string, () => Promise<Deployment>])[] = [
  ['standalone', async () => startOwnRedis().then((redis) => Object.assign(redis, { servers: [redis.url] }))],
  [
    'Sentinel',
    async () => {
      const redis = await startRedisSentinel();
      return { ...redis, servers: [redis.first.url, redis.replica.url] };
    },
  ],
  [
    'Cluster',
    async () => {
      const redis = await startRedisCluster();
      return { ...redis, servers: redis.nodes.map(({ url }) => url) };
    },
  ],
];

describe.runIf(has('redis-server')).each(deployments)(
  'the user of the operators’ guide, %s',
  (_name, start) => {
    const stage = Stage.forEachTest();
    let redis: Deployment;
    beforeAll(async () => void (redis = await start()));
    afterAll(() => redis?.stop());

    it('may do all that the nodes do, and nothing that they do is refused', async () => {
      await grant(USER);
      const nodes = (await stage.nodes([login(), login()], {
        PARLEY_REDIS_PREFIX: 'parley',
        PARLEY_OPS_TOKEN: OPS_TOKEN,
        PARLEY_JOINS_PER_MINUTE: '600',
      })) as [NodeProcess, NodeProcess];
      const [here, far] = await stage.meet('hall', nodes);
      await untilDelivered(here!, far!, 'hall');
      await here!.request({ type: 'update', room: 'hall', meta: { muted: true } }, 'updated');
      for (const client of [here!, far!]) client.send({ type: 'match', queue: 'chess' });
      const [match] = await Promise.all([here!, far!].map((client) => client.next('joined')));
      await untilAcquainted([here!, far!], match!.room);
      await here!.request({ type: 'leave', room: match!.room }, 'left');
      const ban = { kind: 'user', subject: 'main/mallory', forMs: 60_000 };
      expect(await askOperations(nodes[0], 'POST', '/bans', { token: OPS_TOKEN, body: ban })).toMatchObject({
        status: 200,
      });
      for (const node of nodes) await node.stop();
      expect(await refusals()).toEqual([]);
    });

    it('may do nothing else', async () => {
      await grant(USER);
      const others = [
        ['FLUSHALL'],
        ['CONFIG', 'SET', 'maxmemory', '1'],
        ['SCRIPT', 'FLUSH'],
        ['KEYS', '*'],
        ['GET', 'other:key'],
        ['PUBLISH', 'other:inbox', 'x'],
        ['SPUBLISH', 'other:inbox', 'x'],
      ];
      for (const url of redis.servers)
        for (const command of others)
          expect(await dryRun(url, command), `to ${command.join(' ')}`).toMatch(/no permissions/);
      // The control: it is this user that is asked about, and it may do something.
      expect(await dryRun(redis.servers[0]!, ['GET', 'parley:key'])).toBe('OK');
    });

    const login = () => loginAs('parley', redis);

    const grant = (user: string) => Promise.all(redis.servers.map((url) => makeUser(url, user)));

    /** What was refused to anybody, anywhere. */
    const refusals = async () => (await Promise.all(redis.servers.map(refusedAt))).flat();
  },
);

describe.runIf(has('redis-server'))('the user of the operators’ guide', () => {
  const stage = Stage.forEachTest();

  it.each([
    ['the channels', ' &parley:*', '', /channel/],
    ['its keys', '~parley:*', '~other:*', /key/],
    ['the scripts', '+@scripting', '', /command/],
  ])(
    'needs what it is given: without %s no node starts, and Redis has written down why',
    async (_what, given, instead, why) => {
      const redis = await stage.keep(startOwnRedis());
      await makeUser(redis.url, USER.replace(given, instead));
      const env = {
        PARLEY_AUTH: 'none',
        PARLEY_REDIS_PREFIX: 'parley',
        PARLEY_REDIS_URL: loginAs('parley', redis),
      };
      // It goes on trying for ten seconds and then ends by itself; nobody needs to wait for that.
      void failToStart(env);
      const refused = await until('a refusal', async () => (await refusedAt(redis.url))[0]);
      expect(refused).toMatch(why);
    },
  );
});

const loginAs = (user: string, { url }: SharedRedis) => url.replace('://', `://${user}:SECRET@`);

/** Makes a user of a line as it stands in the guide, and forgets what was refused before. */
function makeUser(url: string, user: string): Promise<unknown> {
  const [name, ...rules] = user.split(' ') as [string, ...string[]];
  return withRedis(url, async (redis) => {
    await redis.acl('SETUSER', name, 'reset', ...rules);
    await redis.acl('LOG', 'RESET');
  });
}

/** What Redis has refused: to whom, and why. */
const refusedAt = (url: string) =>
  withRedis(url, async (redis) =>
    ((await redis.acl('LOG')) as unknown[]).map((entry) => JSON.stringify(entry)),
  );

/** What would come of a command of the user: `OK`, or why it is refused. */
const dryRun = (url: string, command: readonly string[]) =>
  withRedis(url, async (redis) => String(await redis.call('ACL', 'DRYRUN', 'parley', ...command)));
