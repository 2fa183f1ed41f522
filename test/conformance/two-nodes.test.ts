import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { startRedis, uniquePrefix, type SharedRedis } from '../support/redis.ts';
import { has } from '../support/programs.ts';
import { watchTtls, type TtlWatch } from '../support/ttl-watch.ts';
import { isRunnable, type Target } from './case.ts';
import { CASES } from './cases/index.ts';
import { runCase } from './harness.ts';
import { nodeTarget, validateStrictly } from './node-target.ts';
import { GRANTS, type Server, startNode } from './servers.ts';
import { takingTurns } from './taking-turns.ts';

const hasRedis = Boolean(process.env['PARLEY_TEST_REDIS_URL']) || has('docker') || has('redis-server');
const runnable = CASES.filter((one) => isRunnable(one, nodeTarget('', GRANTS.guarded)));

describe.runIf(hasRedis)(
  'two nodes that share a Redis, where every other client is on the other node',
  () => {
    let redis: SharedRedis;
    let ttls: TtlWatch;
    let nodes: readonly Server[] = [];
    let target: Target;

    beforeAll(async () => {
      redis = await startRedis();
      const prefix = uniquePrefix();
      ttls = watchTtls(redis.url, prefix);
      const shared = { PARLEY_REDIS_URL: redis.url, PARLEY_REDIS_PREFIX: prefix };
      nodes = await Promise.all([1, 2].map(() => startNode('guarded', { PARLEY_SOCKET: 'auto', ...shared })));
      const [one, other] = nodes as [Server, Server];
      const rest = {
        ...GRANTS.guarded,
        validate: validateStrictly,
        WebSocket: takingTurns(one.url, other.url),
      };
      target = nodeTarget(one.url, rest);
    });

    afterAll(async () => {
      await Promise.all(nodes.map((node) => node.stop()));
      await ttls?.stop();
      await redis?.stop();
    });

    it.each(runnable.map((one) => [one.name, one] as const))('%s', async (_name, one) => {
      await expect(runCase(one, target)).resolves.toBeUndefined();
    });
  },
);
