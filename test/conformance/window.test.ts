import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { has } from '../support/programs.ts';
import { type SharedRedis, startRedis, uniquePrefix } from '../support/redis.ts';
import { WINDOW_CASES } from './cases/window.ts';
import { runCase } from './harness.ts';
import { nodeTarget, validateStrictly } from './node-target.ts';
import { type Server, startNode } from './servers.ts';
import { takingTurns } from './taking-turns.ts';

/** Long enough for somebody on a busy machine to be back in time. */
const WINDOW = { PARLEY_SOCKET: 'auto', PARLEY_RESUME_WINDOW_MS: '1500' };

const hasRedis = Boolean(process.env['PARLEY_TEST_REDIS_URL']) || has('docker') || has('redis-server');
const cases = WINDOW_CASES.map((one) => [one.name, one] as const);

describe('a node whose peers may be away for a second or two', () => {
  let node: Server;
  beforeAll(async () => {
    node = await startNode('open', WINDOW);
  });
  afterAll(() => node.stop());

  it.each(cases)('%s', async (_name, one) => {
    await expect(runCase(one, nodeTarget(node.url, { validate: validateStrictly }))).resolves.toBeUndefined();
  });
});

describe.runIf(hasRedis)(
  'two nodes of which the same is true, and every other client is on the other',
  () => {
    let redis: SharedRedis;
    let nodes: readonly Server[] = [];
    beforeAll(async () => {
      redis = await startRedis();
      const shared = { ...WINDOW, PARLEY_REDIS_URL: redis.url, PARLEY_REDIS_PREFIX: uniquePrefix() };
      nodes = await Promise.all([1, 2].map(() => startNode('open', shared)));
    });
    afterAll(async () => {
      await Promise.all(nodes.map((node) => node.stop()));
      await redis?.stop();
    });

    it.each(cases)('%s', async (_name, one) => {
      const [here, there] = nodes as [Server, Server];
      const WebSocket = takingTurns(here.url, there.url);
      const target = nodeTarget(here.url, { WebSocket, validate: validateStrictly });
      await expect(runCase(one, target)).resolves.toBeUndefined();
    });
  },
);
