import { afterEach, describe, expect, it } from 'vitest';

import { type Cluster, startCluster } from '../support/cluster.ts';
import { connecting } from '../support/clients.ts';
import { has } from '../support/programs.ts';
import { type OwnRedis, startOwnRedis } from '../support/redis.ts';
import type { Refused } from '../support/client.ts';
import { until } from '../support/until.ts';

describe.runIf(has('redis-server'))('while Redis is frozen', () => {
  let redis: OwnRedis;
  let cluster: Cluster;
  afterEach(async () => {
    redis.resume();
    await cluster.stop();
    await redis.stop();
  });

  // After the hook above, so that clients go before the nodes.
  const connect = connecting(() => cluster.url(0));

  it('peers of one node go on, what needs the cluster is told so within its time, and nothing stale arrives later', async () => {
    redis = await startOwnRedis();
    cluster = await startCluster(2, { PARLEY_REDIS_URL: redis.url });
    const [here, beside, far] = [await connect(), await connect(), await connect(undefined, cluster.url(1))];
    for (const client of [here, beside, far]) await client.request({ type: 'join', room: 'hall' }, 'joined');
    await here.next((message) => message.type === 'peer-joined' && message.peer === far.welcome.peer);
    redis.pause();

    // Same node: session -> router -> session. Redis is not asked.
    const signal = { type: 'signal', room: 'hall', custom: 'fresh' };
    await here.request({ ...signal, to: beside.welcome.peer }, 'delivered');
    await beside.next('signal');

    // Other node: nobody knows, and the sender is told.
    const answer = await here.request({ ...signal, to: far.welcome.peer, custom: 'stale' }, 'error');
    expect(answer.code).toMatch(/^(delivery-timeout|cluster-unavailable)$/);
    expect((await here.request({ type: 'join', room: 'other' }, 'error')).code).toBe('cluster-unavailable');
    await until('the node to notice', () => !cluster.nodes[0]?.node.isReady, 20_000);
    await expect(connect()).rejects.toMatchObject({ status: 503 } satisfies Partial<Refused>);

    redis.resume();
    await until('the nodes to be ready again', () => cluster.nodes.every(({ node }) => node.isReady));
    await until('a signal to reach the other node again', async () => {
      const { type } = await here.request({ ...signal, to: far.welcome.peer });
      return type === 'delivered';
    });
    expect(
      far.received.filter((message) => message.type === 'signal').map(({ custom }) => custom),
    ).not.toContain('stale');
    expect(here.received.filter(({ type }) => type === 'peer-left')).toEqual([]);
  });
});
