import type { Clock, Log, Random } from '@parley/core';
import { MemoryBus, MemoryDirectory, MemoryLimiter, MemoryNetwork } from '@parley/core/memory';
import type { NodeId } from '@parley/protocol';
import { connectRedis, type RedisState, type SharedPorts as RedisPorts } from '@parley/redis';
import type { Config } from './config.ts';
import { blaming } from './faults.ts';

/** How long a start may wait for Redis without a word. */
const SILENCE_MS = 1_000;

/** What the nodes of a cluster share. */
export interface SharedPorts extends Omit<RedisPorts, 'state'> {
  state(): RedisState | { readonly topology: 'memory' };
}

/** Redis, or memory for a cluster of one. Rejects with one sentence when Redis cannot be reached. */
export async function sharedPorts(
  config: Config,
  context: { node: NodeId; clock: Clock; random: Random; log: Log },
): Promise<SharedPorts> {
  const { PARLEY_REDIS_URL: url, PARLEY_REDIS_PREFIX: prefix } = config;
  const { node: nodeId, clock, random, log } = context;
  if (url !== undefined) {
    const cancel = clock.after(SILENCE_MS, () => log.warn({ event: 'redis-waiting' }, 'waiting for Redis'));
    const connecting = blaming('PARLEY_REDIS_URL', () =>
      connectRedis({ url, prefix, nodeId, clock, random, log }),
    );
    return connecting.finally(cancel);
  }
  return {
    directory: new MemoryDirectory({ clock, random }),
    limiter: new MemoryLimiter({ clock }),
    bus: new MemoryBus({ network: new MemoryNetwork({ clock }), node: nodeId, clock }),
    state: () => ({ topology: 'memory' }),
    async close() {},
  };
}
