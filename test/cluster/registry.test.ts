import { setTimeout as pause } from 'node:timers/promises';

import type { Redis } from 'ioredis';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { untilAcquainted } from '../support/acquaintances.ts';
import type { RawClient } from '../support/client.ts';
import { connecting } from '../support/clients.ts';
import { startProcesses, statusOf, type ProcessCluster } from '../support/process-cluster.ts';
import { until } from '../support/until.ts';
import { plainRedis, ttlsOf } from '../support/redis-keys.ts';

describe('a node that is killed, where entries live for three seconds', () => {
  let cluster: ProcessCluster;
  const connect = connecting(() => cluster.nodes[1]!.url);
  const lives = { PARLEY_TEST_LIFE_MS: '3000', PARLEY_TEST_RENEWAL_MS: '1000' };
  const window = { PARLEY_RESUME_WINDOW_MS: '1000' };
  beforeAll(async () => void (cluster = await startProcesses(2, { ...lives, ...window })));
  afterAll(() => cluster?.stop());

  it('leaves nothing behind, not even in a room and a queue that others keep alive', async () => {
    const [doomed, staying] = cluster.nodes as [ProcessCluster['nodes'][0], ProcessCluster['nodes'][0]];
    const room = { type: 'join', room: 'pair', capacity: 2 };
    const queue = { type: 'match', queue: 'trio', size: 3 };
    const ghost = await connect({}, doomed.url);
    const bob = await connect();
    await ghost.request(room, 'joined');
    await bob.request(room, 'joined');
    await ghost.request(queue, 'waiting');
    await bob.request(queue, 'waiting');
    await untilAcquainted([ghost, bob], 'pair');
    const { peer } = ghost.welcome;
    const kinds = (await mentions(cluster, peer)).map((key) => key.split(':')[1]);
    expect(kinds).toEqual(expect.arrayContaining(['peer', 'room', 'queue']));

    doomed.kill('SIGKILL');
    await doomed.exited;

    // The seat is still the dead peer's, and then it is somebody else's. The queue makes no match with a dead one.
    const carol = await connect();
    expect(await carol.request(room)).toMatchObject({ code: 'room-full' });
    await carol.request(queue, 'waiting');
    await until('the seat of the dead', async () => (await carol.request(room)).type === 'joined', 20_000);
    expect(await bob.next('peer-left')).toMatchObject({ room: 'pair', peer, reason: 'lost' });
    await untilAcquainted([bob, carol], 'pair');

    const dave = await connect();
    await dave.request(queue, 'waiting');
    const trio = [bob, carol, dave];
    const isMatch = ({ type, ...joined }: RawClient['received'][0]) => type === 'joined' && 'queue' in joined;
    const matches = await Promise.all(trio.map((client) => client.next(isMatch, 30_000)));
    for (const match of matches) expect(match.type === 'joined' && match.peers.length).toBe(2);

    await until(
      'Redis to have forgotten it',
      async () => (await mentions(cluster, peer)).length === 0,
      20_000,
    );
    await staysAlive(staying, [bob, carol, dave]);
  });
});

describe('a node with entries that live as long as they do', () => {
  let cluster: ProcessCluster;
  const connect = connecting(() => cluster.nodes[0]!.url);
  beforeAll(async () => void (cluster = await startProcesses(2)));
  afterAll(() => cluster?.stop());

  it('loses nobody by being frozen for less than its row lives', async () => {
    const { room, far, near } = await meet();
    cluster.nodes[1]!.kill('SIGSTOP');
    await pause(4_500);
    cluster.nodes[1]!.kill('SIGCONT');

    // It has beaten again, and both are reachable for each other as before.
    const signal = (from: RawClient, to: RawClient) =>
      from.request({ type: 'signal', room, to: to.welcome.peer, custom: 'still there?' });
    const isDelivered = async (from: RawClient, to: RawClient) =>
      (await signal(from, to)).type === 'delivered';
    await until('a signal to the one who was frozen', () => isDelivered(near, far), 20_000);
    await until('a signal from the one who was frozen', () => isDelivered(far, near), 20_000);
    const { nodes } = await statusOf(cluster.nodes[0]!);
    expect(nodes.map(({ state }) => state)).toEqual(['alive', 'alive']);
    for (const { received } of [near, far]) {
      expect(received.filter(({ type }) => type === 'peer-left')).toEqual([]);
    }
  });

  it('is missed by the others within seconds when it is killed, long before its entries lapse', async () => {
    const { room, far, near } = await meet();
    cluster.nodes[1]!.kill('SIGKILL');
    const { peer } = far.welcome;
    expect(await near.next('peer-away', 13_000)).toMatchObject({ room, peer });
    await until('its row to say so', async () => {
      const { nodes } = await statusOf(cluster.nodes[0]!);
      return nodes.some(({ state }) => state === 'lost');
    });
    const third = await connect();
    // Its place is kept: who was there may come back.
    expect(await third.request({ type: 'join', room })).toMatchObject({ code: 'room-full' });
    await untilAcquainted([near], room);
  });

  let rooms = 0;
  /** Two members of a full room, the far one on the node that suffers. */
  async function meet() {
    const room = `pair-${++rooms}`;
    const near = await connect();
    const far = await connect({}, cluster.nodes[1]!.url);
    for (const member of [near, far]) await member.request({ type: 'join', room, capacity: 2 }, 'joined');
    await untilAcquainted([near, far], room);
    return { room, near, far };
  }
});

/** The node and its sessions took no harm. */
async function staysAlive(node: { opsUrl: string }, clients: readonly RawClient[]): Promise<void> {
  for (const client of clients) await client.request({ type: 'ping' }, 'pong');
  expect(await statusOf(node)).toMatchObject({ ready: true, sessions: clients.length });
}

/** Keys of the cluster that name this peer, in their own name or in what they hold. */
async function mentions({ redisUrl, prefix }: ProcessCluster, peer: string): Promise<string[]> {
  const redis = plainRedis(redisUrl) as Redis;
  try {
    const keys = [...(await ttlsOf(redis, prefix)).keys()];
    const texts = await Promise.all(keys.map(async (key) => ({ key, text: await textOf(redis, key) })));
    return texts.filter(({ key, text }) => key.includes(peer) || text.includes(peer)).map(({ key }) => key);
  } finally {
    redis.disconnect();
  }
}

async function textOf(redis: Redis, key: string): Promise<string> {
  const isHash = (await redis.type(key)) === 'hash';
  return isHash ? JSON.stringify(await redis.hgetall(key)) : '';
}
