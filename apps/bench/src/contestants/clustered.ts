import { startOwnRedis } from '@parley/test/support/redis.ts';

import type { DialectName } from '../load/dialects/index.ts';
import type { Contestant } from './contestant.ts';
import { startProgram } from './program.ts';

/** A contestant of several nodes that share a Redis of their own. */
function clustered(name: string, dialect: DialectName, program: string): Contestant {
  return {
    name,
    dialect,
    async start(size) {
      const redis = await startOwnRedis();
      const start = (_: unknown, index: number) =>
        startProgram(program, { BENCH_REDIS_URL: redis.url, BENCH_NODE: String(index) });
      const nodes = await Promise.all(Array.from({ length: size }, start));
      return {
        ports: nodes.map(({ port }) => port),
        watched: { servers: nodes.map(({ child }) => child.pid), redis: redis.pid },
        redisUrl: redis.url,
        async stop() {
          await Promise.all(nodes.map(({ child }) => child.stop()));
          await redis.stop();
        },
      };
    },
  };
}

/** The limit across nodes: uWebSockets.js, and one PUBLISH for all that goes to a node within a turn. */
export const bareCluster = clustered('bare, batched PUBLISH', 'bare', 'bare-cluster');

/** Socket.IO with its Redis adapter. */
export const socketIoCluster = clustered('Socket.IO, Redis adapter', 'socket-io', 'socket-io');
