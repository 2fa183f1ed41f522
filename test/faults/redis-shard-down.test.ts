import { describe, expect, it } from 'vitest';

import type { RawClient } from '../support/client.ts';
import type { NodeProcess } from '../support/process.ts';
import { has } from '../support/programs.ts';
import { startRedisCluster } from '../support/redis-cluster.ts';
import { uniquePrefix } from '../support/redis.ts';
import { until } from '../support/until.ts';
import { expectUnavailable, expectUndisturbed, statusAt, untilDelivered } from './support/answers.ts';
import { withRedis } from './support/entries.ts';
import { channelOf, Slots } from './support/slots.ts';
import { Stage, untilGathered } from './support/stage.ts';

/** Where the membership table lies. It stays up. */
const HEALTHY = 0;
/** A room whose members renew nothing for so long would be told of losses, if silence were a loss. */
const BEAT_LIFE_MS = 8_000;

describe.runIf(has('redis-server'))('one Cluster shard down', () => {
  const stage = Stage.forEachTest();

  it('what lives there is unknown and not lost, the other rooms go on, and a node whose inbox is there mints another', async () => {
    const { prefix, slots, down, nodes, members, rooms } = await gather();
    const [first, second] = nodes as [NodeProcess, NodeProcess];
    const [here, far] = members as [RawClient, RawClient];
    const inbox = await channelOf(second, prefix, first);
    slots.shard(down).forEach((redis) => redis.pause());
    const downFromMs = performance.now();

    const minted = await until(
      'another inbox',
      async () => [await channelOf(second, prefix, first)].find((channel) => channel !== inbox),
      20_000,
    );
    expect(await slots.shardOf(minted), 'where that one is').not.toBe(down);
    for (const room of [rooms.up, rooms.down]) {
      await untilDelivered(here, far, room);
      await untilDelivered(far, here, room);
    }
    const newcomer = await until(
      'somebody whose own record is not there',
      () => stage.client(second),
      20_000,
    );
    await until(
      'a join',
      async () => (await newcomer.request({ type: 'join', room: rooms.up })).type === 'joined',
    );
    await expectUnavailable(newcomer, [{ type: 'join', room: rooms.down }]);
    await until(
      'every row of before to lapse',
      () => performance.now() > downFromMs + BEAT_LIFE_MS,
      2 * BEAT_LIFE_MS,
    );
    // The one without an inbox may have been deaf for so long that it counted as ill.
    const areReady = async () =>
      (await Promise.all(nodes.map((node) => statusAt(node, '/readyz')))).every((status) => status === 200);
    await until('both to be ready', areReady, 20_000);
    expectUndisturbed([...members, newcomer]);

    slots.shard(down).forEach((redis) => redis.resume());
    await until(
      'a join there',
      async () => (await newcomer.request({ type: 'join', room: rooms.down })).type === 'joined',
    );
    await untilGathered(nodes);
    await untilDelivered(here, newcomer, rooms.down);
    expectUndisturbed([...members, newcomer]);
  });

  it('stops everything where the Cluster insists on being whole, so this setting matters', async () => {
    const { prefix, slots, down, nodes, rooms } = await gather();
    const visitor = await visitorOf(nodes[0]!, (peer) => slots.shardOf(`${prefix}:peer:{main/${peer}}`));
    const standing = [1, 2].map((step) => slots.shard((down + step) % 3)).flat();
    const insist = ({ url }: { url: string }) =>
      withRedis(url, (redis) => redis.config('SET', 'cluster-require-full-coverage', 'yes'));
    await Promise.all(standing.map(insist));
    await visitor.request({ type: 'join', room: rooms.up }, 'joined');
    await visitor.request({ type: 'leave', room: rooms.up }, 'left');
    slots.shard(down).forEach((redis) => redis.pause());
    const joinUp = { type: 'join', room: rooms.up };
    await until(
      'a refusal',
      async () => {
        const { type } = await visitor.request(joinUp);
        if (type === 'joined') await visitor.request({ type: 'leave', room: rooms.up }, 'left');
        return type === 'error';
      },
      20_000,
    );
    await expectUnavailable(visitor, [joinUp]);
  });

  /** Somebody whose own record does not lie on the shard that will be down. */
  async function visitorOf(
    node: NodeProcess,
    shardOf: (peer: string) => Promise<number>,
  ): Promise<RawClient> {
    for (;;) {
      const client = await stage.client(node);
      if ((await shardOf(client.welcome.peer)) === HEALTHY) return client;
    }
  }

  /** Two nodes, the second with its inbox on a shard that is not that of the membership table, and a member on each in a room here and in one there. */
  async function gather() {
    const redis = await stage.keep(startRedisCluster({ nodeTimeoutMs: 2_000 }));
    const slots = new Slots(redis);
    const prefix = await slots.nameAt(HEALTHY, (name) => `${name}:nodes`, uniquePrefix());
    const env = { PARLEY_REDIS_PREFIX: prefix };
    const [first] = await stage.nodes([redis.url], env);
    const { node: second, shard: down } = await nodeElsewhere();
    const nodes = [first!, second];
    await untilGathered(nodes);
    const roomAt = (shard: number) => slots.nameAt(shard, (name) => `${prefix}:room:{main/${name}}`);
    const rooms = { up: await roomAt(HEALTHY), down: await roomAt(down) };
    const members = await stage.meet(rooms.up, nodes);
    for (const member of members) await member.request({ type: 'join', room: rooms.down }, 'joined');
    return { prefix, slots, down, nodes, members, rooms };

    /** The ids of nodes are random, and so are the slots of their inboxes. */
    async function nodeElsewhere(): Promise<{ node: NodeProcess; shard: number }> {
      for (;;) {
        const [node] = (await stage.nodes([redis.url], env)) as [NodeProcess];
        const shard = await slots.shardOf(await channelOf(node, prefix));
        if (shard !== HEALTHY) return { node, shard };
        await node.stop();
      }
    }
  }
});
