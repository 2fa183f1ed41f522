import { statusOf } from '@parley/test/support/process-cluster.ts';
import { startNode } from '@parley/test/support/process.ts';
import { startOwnRedis } from '@parley/test/support/redis.ts';
import { jwtSettings } from '@parley/test/support/tokens.ts';
import { until } from '@parley/test/support/until.ts';

import type { Contestant } from './contestant.ts';
import { observed } from './program.ts';

/**
 * Every limit stays switched on and is asked for each frame, but is wider than one machine can reach: all load comes from one
 * address, and a pair says in a second what people say in an hour.
 */
export const WIDE_LIMITS = {
  PARLEY_MAX_SESSIONS: '1000000',
  PARLEY_MAX_SESSIONS_PER_ADDRESS: '1000000',
  PARLEY_MAX_SESSIONS_PER_TOKEN: '64',
  PARLEY_MAX_SESSIONS_PER_REALM: '10000000',
  PARLEY_UPGRADES_PER_MINUTE: '10000000',
  PARLEY_UPGRADES_PER_MINUTE_PER_TOKEN: '120',
  PARLEY_FAILED_CREDENTIALS_PER_MINUTE: '30',
  PARLEY_JOINS_PER_MINUTE: '1000000',
  PARLEY_MATCHES_PER_MINUTE: '60',
  PARLEY_UPDATES_PER_MINUTE: '60',
  PARLEY_CODES_PER_MINUTE: '120',
  PARLEY_CODES_PER_MINUTE_PER_REALM: '6000',
  PARLEY_SIGNAL_BURST: '1000000',
  PARLEY_SIGNALS_PER_SECOND: '1000000',
  PARLEY_SIGNAL_BURST_BYTES: '1000000000',
  PARLEY_SIGNAL_BYTES_PER_SECOND: '1000000000',
} as const;

/** Nodes as they are deployed: built, on uWebSockets.js, with Redis, JWTs, limits, receipts and metrics. */
export const parley: Contestant = {
  name: 'Parley',
  dialect: 'parley',
  async start(size) {
    const redis = await startOwnRedis();
    const env = {
      PARLEY_AUTH: 'jwt',
      PARLEY_SOCKET: 'uws',
      PARLEY_REDIS_URL: redis.url,
      ...jwtSettings,
      ...WIDE_LIMITS,
      ...observed(),
    };
    const nodes = await Promise.all(Array.from({ length: size }, () => startNode(env)));
    await until(`${size} nodes that know each other`, async () => {
      const statuses = await Promise.all(nodes.map(statusOf));
      return statuses.every(({ ready, nodes: known }) => ready && known.length >= size);
    });
    return {
      ports: nodes.map(({ port }) => port),
      watched: { servers: nodes.map(({ pid }) => pid), redis: redis.pid },
      redisUrl: redis.url,
      async stop() {
        await Promise.all(nodes.map((node) => node.stop()));
        await redis.stop();
      },
    };
  },
};
