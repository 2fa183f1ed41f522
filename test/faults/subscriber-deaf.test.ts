import { Redis } from 'ioredis';
import { describe, expect, it } from 'vitest';

import type { RawClient } from '../support/client.ts';
import { statusOf } from '../support/process-cluster.ts';
import type { NodeProcess } from '../support/process.ts';
import { has } from '../support/programs.ts';
import { startOwnRedis, type OwnRedis } from '../support/redis.ts';
import { until } from '../support/until.ts';
import { expectUnavailable, expectUndisturbed, signalTo, untilDelivered } from './support/answers.ts';
import { Cable } from './support/cable.ts';
import { Conversation } from './support/conversation.ts';
import { Stage } from './support/stage.ts';

/** What was cut is mended within this. */
const MENDED_WITHIN_MS = 10_000;
/** What a subscriber may have waiting here, in bytes. */
const SMALL_BUFFER = 65_536;

describe.runIf(has('redis-server'))('subscriber deaf', () => {
  const stage = Stage.forEachTest();

  it('killed by Redis: it is back at once, and everything sent meanwhile is answered', async () => {
    const { redis, here, far } = await gather();
    const talk = Conversation.between(here, far, 'hall');
    await talk.until('some signals to be delivered', ({ delivered }) => delivered >= 10);
    expect(await redis.call('CLIENT', 'KILL', 'TYPE', 'pubsub')).toBe(2);
    const deliveredBefore = talk.delivered;
    await talk.until('more of them', ({ delivered }) => delivered >= deliveredBefore + 50, MENDED_WITHIN_MS);
    await talk.end();
    expect(talk.wrongs()).toEqual([]);
    expectUndisturbed([here, far]);
  });

  it('killed by Redis while members leave: whoever missed that is told soon, without anything else happening there', async () => {
    const { redis, nodes } = await gather();
    const halls = ['hall-1', 'hall-2', 'hall-3', 'hall-4', 'hall-5', 'hall-6'];
    const met = await Promise.all(halls.map((hall) => stage.meet(hall, nodes)));
    const pairs = met as [RawClient, RawClient][];
    expect(await redis.call('CLIENT', 'KILL', 'TYPE', 'pubsub')).toBe(2);
    for (const [n, [, far]] of pairs.entries()) far.send({ type: 'leave', room: halls[n] });
    const left = ({ received }: RawClient) => received.filter(({ type }) => type === 'peer-left').length;
    await until(
      'everybody to hear who left',
      () => pairs.every(([here]) => left(here) === 1),
      MENDED_WITHIN_MS,
    );
  });

  it('cut off by Redis, because it reads too slowly: what it missed is answered by an error, and then it hears again', async () => {
    const { redis, nodes, here, far } = await gather();
    await redis.config('SET', 'client-output-buffer-limit', `pubsub ${SMALL_BUFFER} 0 0`);
    const slow = nodes[1]!;
    slow.kill('SIGSTOP');
    const talk = Conversation.between(here, far, 'hall', { bytes: 50_000, everyMs: 2 });
    await until('Redis to cut it off', async () => (await listeners(redis)) === 1, 8_000);
    slow.kill('SIGCONT');
    await talk.end();
    await untilDelivered(here, far, 'hall', MENDED_WITHIN_MS);
    await untilDelivered(far, here, 'hall', MENDED_WITHIN_MS);
    expect(talk.wrongs()).toEqual([]);
    expect(talk.failed).toBeGreaterThan(0);
    expectUndisturbed([here, far]);
  });

  it('connected, and nothing comes: its probe is unheard, so it is thrown away and made anew', async () => {
    const { cable, nodes, here, far } = await gather();
    const talk = Conversation.between(here, far, 'hall');
    cable.deafen();
    await nodes[1]!.logged('inbox-deaf', MENDED_WITHIN_MS);
    await untilDelivered(here, far, 'hall', MENDED_WITHIN_MS);
    await talk.end();
    expect(talk.wrongs()).toEqual([]);
    expect(talk.failed).toBeGreaterThan(0);
    expectUndisturbed([here, far]);
  });

  it('and stays so, if a new one hears nothing either: the others are told so, and do not take its peers for away', async () => {
    const { cable, nodes, here, far } = await gather();
    const [node, deaf] = nodes as [NodeProcess, NodeProcess];
    cable.deafen({ forGood: true });
    const rebuilt = () => deaf.lines.filter(({ event }) => event === 'inbox-deaf').length;
    await until('it to have tried again', () => rebuilt() >= 2, 20_000);
    await until('the other to know', async () => !(await hearsOf(node, deaf)));
    await expectUnavailable(here, [signalTo(far, 'hall', 'unheard')]);
    expectUndisturbed([here, far]);
  });

  /** Two nodes with a member each; the second one has a cable. */
  async function gather() {
    const server = await stage.keep(startOwnRedis());
    const cable = await stage.keep(Cable.to(server));
    const nodes = await stage.nodes([server.url, cable.url]);
    const [here, far] = (await stage.meet('hall', nodes)) as [RawClient, RawClient];
    return { redis: await plain(server), cable, nodes, here, far };
  }

  async function plain({ url }: OwnRedis): Promise<Redis> {
    const redis = new Redis(url);
    await stage.keep({ stop: async () => redis.disconnect() });
    return redis;
  }
});

/** How many connections have subscribed. */
async function listeners(redis: Redis): Promise<number> {
  const list = String(await redis.call('CLIENT', 'LIST', 'TYPE', 'pubsub'));
  return list.split('\n').filter(Boolean).length;
}

/** What a node knows of another's hearing. */
async function hearsOf(by: NodeProcess, of: NodeProcess): Promise<boolean> {
  const [{ nodes }, { node }] = await Promise.all([statusOf(by), statusOf(of)]);
  return nodes.some((row) => row.node === node && (row as { hears?: boolean }).hears === true);
}
