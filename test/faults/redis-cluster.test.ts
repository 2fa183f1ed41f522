import { describe, expect, it } from 'vitest';

import { untilAcquainted } from '../support/acquaintances.ts';
import type { RawClient } from '../support/client.ts';
import type { NodeProcess } from '../support/process.ts';
import { has } from '../support/programs.ts';
import { startRedisCluster } from '../support/redis-cluster.ts';
import { uniquePrefix } from '../support/redis.ts';
import { until } from '../support/until.ts';
import { expectUndisturbed, untilDelivered } from './support/answers.ts';
import { Conversation } from './support/conversation.ts';
import { channelOf, listenersAt, Slots } from './support/slots.ts';
import { Stage, untilGathered } from './support/stage.ts';

/** After a promotion, until commands go on: each connection learns of it by itself. What others heard of it says nothing about that. */
const COMMANDS_WITHIN_MS = 5_000;

describe.runIf(has('redis-server'))('Redis Cluster', () => {
  const stage = Stage.forEachTest();

  it('moves the slot of a room while its members talk, come and go: they notice nothing', async () => {
    const { slots, prefix, nodes, members } = await gather();
    const [here, far] = members as [RawClient, RawClient];
    const key = `${prefix}:room:{main/hall}`;
    const from = await slots.shardOf(key);
    const passerBy = await stage.client(nodes[1]!);
    const talk = Conversation.between(here, far, 'hall');
    const comeAndGo = async () => {
      await passerBy.request({ type: 'join', room: 'hall' }, 'joined');
      await passerBy.request({ type: 'leave', room: 'hall' }, 'left');
    };
    await slots.move(await slots.of(key), from, (from + 1) % 3, comeAndGo);
    await comeAndGo();
    await talk.end();
    expect(talk.wrongs()).toEqual([]);
    expect(talk.failed).toBe(0);
    await untilAcquainted(members, 'hall');
  });

  it('moves the slot of an inbox: its node listens at the new place, and what was sent meanwhile is answered', async () => {
    const { slots, prefix, nodes, members } = await gather();
    const [here, far] = members as [RawClient, RawClient];
    const channel = await channelOf(nodes[1]!, prefix);
    const from = await slots.shardOf(channel);
    const to = (from + 1) % 3;
    const [[before], [after]] = [slots.shard(from), slots.shard(to)];
    expect([await listenersAt(before, channel), await listenersAt(after, channel)]).toEqual([1, 0]);
    const talk = Conversation.between(here, far, 'hall');
    await slots.move(await slots.of(channel), from, to);
    await until('its node to listen there', async () => (await listenersAt(after, channel)) === 1);
    await until('and no more here', async () => (await listenersAt(before, channel)) === 0);
    const deliveredBefore = talk.delivered;
    await talk.until('more to be delivered', ({ delivered }) => delivered > deliveredBefore + 10);
    await talk.end();
    expect(talk.wrongs()).toEqual([]);
    expectUndisturbed(members);
  });

  it.each([
    ['the membership table', async (_nodes: readonly NodeProcess[], prefix: string) => `${prefix}:nodes`],
    ['an inbox', ([, second]: readonly NodeProcess[], prefix: string) => channelOf(second!, prefix)],
  ])(
    'fails over from a frozen master, that of %s: all goes on, and it does no harm when it wakes',
    async (_name, thing) => {
      const { slots, prefix, nodes, members } = await gather();
      const [here, far] = members as [RawClient, RawClient];
      const shard = await slots.shardOf(await thing(nodes, prefix));
      const [master, replica] = slots.shard(shard);
      const talk = Conversation.between(here, far, 'hall', { everyMs: 100 });
      master.pause();
      await slots.promoted(replica, 20_000);
      await untilDelivered(here, far, 'hall', 10_000);
      await untilDelivered(far, here, 'hall', 10_000);
      await untilGathered(nodes);
      master.resume();
      await slots.demoted(master, 20_000);
      await talk.end();
      expect(talk.wrongs()).toEqual([]);
      expectUndisturbed(members);
      const newcomer = await until('somebody new', () => stage.client(nodes[0]!), COMMANDS_WITHIN_MS);
      const join = async () => (await newcomer.request({ type: 'join', room: 'hall' })).type === 'joined';
      await until('a join', join, COMMANDS_WITHIN_MS);
      await untilAcquainted([...members, newcomer], 'hall');
    },
  );

  /** Two nodes with a member each. */
  async function gather() {
    const redis = await stage.keep(startRedisCluster({ nodeTimeoutMs: 2_000 }));
    const prefix = uniquePrefix();
    const nodes = await stage.nodes([redis.url, redis.url], { PARLEY_REDIS_PREFIX: prefix });
    return { slots: new Slots(redis), prefix, nodes, members: await stage.meet('hall', nodes) };
  }
});
