import { afterEach, describe, expect, it } from 'vitest';

import { RawClient } from '../support/client.ts';
import { startNode } from '../support/process.ts';
import { has } from '../support/programs.ts';
import { startRedis, uniquePrefix } from '../support/redis.ts';

const TOKEN = 'a-public-token-0123456789';
/** Fresh processes: it depends on where memory happens to lie whether a socket moves when it is adopted. */
const NODES = 6;
const AT_ONCE = 15;

describe.runIf(has('redis-server'))('upgrades that have to wait for Redis', () => {
  const toStop: (() => Promise<void>)[] = [];
  afterEach(async () => {
    for (const stop of toStop.splice(0).toReversed()) await stop();
  });

  it('all end in a welcome, however many come at once', async () => {
    const redis = await startRedis();
    toStop.push(() => redis.stop());
    for (let n = 0; n < NODES; n += 1) {
      const node = await startNode({
        PARLEY_PUBLIC_TOKENS: TOKEN,
        PARLEY_REDIS_URL: redis.url,
        PARLEY_REDIS_PREFIX: uniquePrefix(),
        PARLEY_TRUSTED_PROXIES: '127.0.0.1',
        PARLEY_UPGRADES_PER_MINUTE: '300',
      });
      toStop.push(() => node.stop());
      for (const last of [1, 2]) {
        const headers = { 'x-forwarded-for': `198.51.100.${last}` };
        const clients = await Promise.all(
          Array.from({ length: AT_ONCE }, () => RawClient.connect(node.url, { token: TOKEN, headers })),
        );
        expect(clients.map(({ welcome }) => welcome.resumed)).toEqual(clients.map(() => false));
        for (const client of clients) client.terminate();
      }
    }
  });
});
