import { startOwnRedis } from '@parley/test/support/redis.ts';
import { has } from '@parley/test/support/programs.ts';
import { Redis } from 'ioredis';
import { describe, expect, it } from 'vitest';

import { watchRedis, workOfEach } from './redis-watch.ts';

const work = { commands: 50, publishes: 20, inScripts: 10, bytes: 5_000, elapsedMs: 2_000 };
const idle = { commands: 10, publishes: 0, inScripts: 4, bytes: 1_000, elapsedMs: 4_000 };

describe('watching a Redis', () => {
  it('takes away what happens when nobody is there, by time', () => {
    expect(workOfEach(work, idle, 5)).toEqual({ commands: 9, publishes: 4, inScripts: 1.6, bytes: 900 });
  });

  it.runIf(has('redis-server'))(
    'counts commands, publishes and what scripts call, each for itself',
    async () => {
      const redis = await startOwnRedis();
      const client = new Redis(redis.url);
      await client.ping();
      const seen = await watchRedis(redis.url, async () => {
        await client.set('a', '1');
        await client.eval("redis.call('incr', KEYS[1]); return redis.call('get', KEYS[1])", 1, 'a');
        await client.publish('c', 'x'.repeat(1_000));
      });
      client.disconnect();
      await redis.stop();
      expect(seen).toMatchObject({ commands: 2, publishes: 1, inScripts: 2 });
      expect(seen.bytes).toBeGreaterThan(1_000);
      expect(seen.bytes).toBeLessThan(3_000);
    },
  );
});
