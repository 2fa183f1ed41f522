import type { Redis } from 'ioredis';

import { ttlsOf } from '../../support/redis-keys.ts';
import { withRedis } from './entries.ts';

/** Whatever the nodes have written that names this one: in a field, or in what stands there. As `key field`. */
export function entriesNaming(url: string, prefix: string, node: string): Promise<string[]> {
  return withRedis(url, async (redis) => {
    const keys = [...(await ttlsOf(redis, prefix)).keys()];
    return (await Promise.all(keys.map((key) => fieldsNaming(redis, key, node)))).flat().toSorted();
  });
}

/** How long each key of the prefix has left, in milliseconds. */
export const timesLeft = (url: string, prefix: string) => withRedis(url, (redis) => ttlsOf(redis, prefix));

async function fieldsNaming(redis: Redis, key: string, node: string): Promise<string[]> {
  if ((await redis.type(key)) !== 'hash') return [];
  const fields = Object.entries(await redis.hgetall(key));
  return fields.flatMap(([field, value]) => (`${field} ${value}`.includes(node) ? `${key} ${field}` : []));
}
