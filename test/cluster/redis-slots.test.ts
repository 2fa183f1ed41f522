import { readdirSync, readFileSync } from 'node:fs';

import type { Cluster } from 'ioredis';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { startRedisCluster, type RedisCluster } from '../support/redis-cluster.ts';
import { uniquePrefix } from '../support/redis.ts';
import { plainRedis } from '../support/redis-keys.ts';

const folder = new URL('../../packages/redis/src/scripts/', import.meta.url);
const scripts = readdirSync(folder).filter((name) => name.endsWith('.lua'));

describe('scripts in a Redis Cluster', () => {
  let redis: RedisCluster;
  let cluster: Cluster;
  let here: string;
  /** On another slot of the same process, where only the script's own declaration can stop it. */
  let nextDoor: string;

  beforeAll(async () => {
    redis = await startRedisCluster();
    cluster = plainRedis(redis.url) as Cluster;
    await new Promise((resolve) => cluster.once('ready', resolve));
    [here, nextDoor] = await neighbours(cluster);
  });
  afterAll(async () => {
    cluster?.disconnect();
    await redis?.stop();
  });

  it.each(scripts)('%s may not leave its slot', async (name) => {
    const [declaration] = readFileSync(new URL(name, folder), 'utf8').split('\n');

    await expect(touch(declaration!)).rejects.toThrow(/same slot|non local key/);
  });

  it('could do so without the declaration', async () => {
    expect(await touch('')).toBe(0);
  });

  function touch(declaration: string) {
    return cluster.eval(`${declaration}\nreturn redis.call('EXISTS', ARGV[1])`, 1, here, nextDoor);
  }
});

/** Two keys of different slots that the same master owns. */
async function neighbours(cluster: Cluster): Promise<[string, string]> {
  const prefix = uniquePrefix();
  const [[first, last] = [0, 0]] = await cluster.cluster('SLOTS');
  const found = new Map<number, string>();
  for (let n = 0; found.size < 2; n += 1) {
    const key = `${prefix}:${n}`;
    const slot = await cluster.cluster('KEYSLOT', key);
    if (first <= slot && slot <= last) found.set(slot, key);
  }
  return [...found.values()] as [string, string];
}
