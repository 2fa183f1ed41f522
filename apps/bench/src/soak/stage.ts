import { statusOf } from '@parley/test/support/process-cluster.ts';
import { startNode, type NodeProcess } from '@parley/test/support/process.ts';
import { startOwnRedis, uniquePrefix, type OwnRedis } from '@parley/test/support/redis.ts';
import { jwtSettings } from '@parley/test/support/tokens.ts';
import { unlimited } from '@parley/test/support/unlimited.ts';
import { until } from '@parley/test/support/until.ts';

/** What a soak runs on: built nodes, and a Redis that nobody else uses. */
export interface Stage {
  readonly nodes: readonly NodeProcess[];
  readonly redis: OwnRedis;
  stop(): Promise<void>;
}

/** How long a peer may be away: short, so that what has lapsed many times over fits into a run. */
export const RESUME_WINDOW_MS = 30_000;

/** By then nothing is left in Redis of a peer that left without a word: its window, and the life of an entry beyond it. */
export const LAPSED_AFTER_MS = RESUME_WINDOW_MS + 105_000;

/**
 * Nodes with everything switched on. No limit is raised: each client comes from an address of its own, which the nodes
 * believe because the whole machine counts as their proxy.
 */
export async function setStage(size: number): Promise<Stage> {
  const redis = await startOwnRedis();
  const nodes: NodeProcess[] = [];
  const stop = async () => {
    await Promise.all(nodes.map((node) => node.stop()));
    await redis.stop();
  };
  try {
    const env = settings(redis.url);
    nodes.push(...(await Promise.all(Array.from({ length: size }, () => startNode(env)))));
    await until('nodes that know each other', async () =>
      (await Promise.all(nodes.map(statusOf))).every(
        ({ ready, nodes: known }) => ready && known.length === size,
      ),
    );
    return { nodes, redis, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

function settings(redisUrl: string): NodeJS.ProcessEnv {
  // An empty value counts as none: `startNode` switches the limits off, which a soak must not.
  const limitsByDefault = Object.fromEntries(Object.keys(unlimited).map((name) => [name, '']));
  return {
    ...limitsByDefault,
    ...jwtSettings,
    PARLEY_TRUSTED_PROXIES: '127.0.0.1',
    PARLEY_REDIS_URL: redisUrl,
    PARLEY_REDIS_PREFIX: uniquePrefix(),
    PARLEY_RESUME_WINDOW_MS: String(RESUME_WINDOW_MS),
    PARLEY_CODE_TTL_MS: '60000',
  };
}
