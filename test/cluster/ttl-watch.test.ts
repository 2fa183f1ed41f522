import type { Redis } from 'ioredis';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { startRedis, uniquePrefix, type SharedRedis } from '../support/redis.ts';
import { watchTtls } from '../support/ttl-watch.ts';
import { until } from '../support/until.ts';
import { plainRedis } from '../support/redis-keys.ts';

describe('the watch that every suite of this folder has over its keys', () => {
  let server: SharedRedis;
  let redis: Redis;
  beforeAll(async () => {
    server = await startRedis();
    redis = plainRedis(server.url) as Redis;
  });
  afterAll(async () => {
    redis?.disconnect();
    await server?.stop();
  });

  it('finds a key that would stay for ever, also when it is gone at the end', async () => {
    const prefix = uniquePrefix();
    const watch = watchTtls(server.url, prefix);
    await redis.set(`${prefix}:endless`, 'for ever');
    await until('the key to be seen', () => watch.endless.size > 0);
    await redis.del(`${prefix}:endless`);
    await expect(watch.stop()).rejects.toThrow(`keys without a TTL: ${prefix}:endless`);
  });

  it('finds one that is there only when it ends', async () => {
    const prefix = uniquePrefix();
    const watch = watchTtls(server.url, prefix);
    await redis.set(`${prefix}:endless`, 'for ever');
    await expect(watch.stop()).rejects.toThrow(`${prefix}:endless`);
    await redis.del(`${prefix}:endless`);
  });

  it('says nothing of keys that end, that are gone, or that are of others', async () => {
    const [prefix, others] = [uniquePrefix(), uniquePrefix()];
    await redis.set(`${others}:endless`, 'not ours');
    const watch = watchTtls(server.url, prefix);
    await redis.set(`${prefix}:ends`, 'later', 'PX', 60_000);
    for (let n = 0; n < 200; n += 1) {
      await redis.set(`${prefix}:short-${n}`, 'soon gone', 'PX', 60_000);
      await redis.del(`${prefix}:short-${n}`);
    }
    const before = watch.rounds;
    await until('another look at everything', () => watch.rounds > before + 1);
    await watch.stop();
    await redis.del(`${prefix}:ends`, `${others}:endless`);
  });
});
