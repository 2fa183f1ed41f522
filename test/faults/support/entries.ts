import { Redis } from 'ioredis';

import { ttlsOf } from '../../support/redis-keys.ts';

/** What the nodes have written at a Redis: each entry of each key, by its name. Budgets are left out, they come and go. */
export function entriesAt(url: string, prefix: string): Promise<string[]> {
  return withRedis(url, async (redis) => {
    const keys = [...(await ttlsOf(redis, prefix)).keys()].filter((key) => !key.includes(':rate:'));
    const entries = await Promise.all(
      keys.map(async (key) => (await redis.hkeys(key)).map((field) => `${key} ${field}`)),
    );
    return entries.flat().toSorted();
  });
}

/** Deletes every key of the prefix, and no other. */
export function deleteAll(url: string, prefix: string): Promise<void> {
  return withRedis(url, async (redis) => {
    for (const key of (await ttlsOf(redis, prefix)).keys()) await redis.unlink(key);
  });
}

/** Asks a Redis that may not be back yet: then the command says so. */
export async function withRedis<T>(url: string, ask: (redis: Redis) => Promise<T>): Promise<T> {
  const redis = new Redis(url);
  redis.on('error', () => {});
  try {
    return await ask(redis);
  } finally {
    redis.disconnect();
  }
}
