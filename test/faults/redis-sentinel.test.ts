import { describe, expect, it } from 'vitest';

import { untilAcquainted } from '../support/acquaintances.ts';
import type { RawClient } from '../support/client.ts';
import { statusOf } from '../support/process-cluster.ts';
import type { NodeProcess } from '../support/process.ts';
import { has } from '../support/programs.ts';
import { startRedisSentinel, type RedisSentinel } from '../support/redis-sentinel.ts';
import { uniquePrefix } from '../support/redis.ts';
import { until } from '../support/until.ts';
import { expectUndisturbed, statusAt, untilDelivered } from './support/answers.ts';
import { Conversation } from './support/conversation.ts';
import { entriesAt } from './support/entries.ts';
import { Stage, untilGathered } from './support/stage.ts';

/** After the promotion. */
const COMMANDS_WITHIN_MS = 5_000;
/** After those. A node listens again at once; then it takes some beats until all know that it hears. */
const SIGNALS_WITHIN_MS = 8_000;
const SIGNAL_LIFE_MS = 2_000;
/** Between two signals of a conversation. */
const EVERY_MS = 50;

describe.runIf(has('redis-server'))('Redis fails over, returns, comes back empty', () => {
  const stage = Stage.forEachTest();

  it.each([
    [
      'freezes',
      {
        leave: ({ first }: RedisSentinel) => first.pause(),
        back: ({ first }: RedisSentinel) => first.resume(),
      },
    ],
    ['is told to step down', { leave: (redis: RedisSentinel) => redis.stepDown(), back: () => {} }],
  ] as const)(
    'when the master %s: commands go on within 5 s of the promotion, all is asserted, and the old one does no harm when it is back',
    async (_name, { leave, back }) => {
      const { redis, prefix, nodes, members } = await gather();
      const [here, far] = members as [RawClient, RawClient];
      const [, second] = nodes as [NodeProcess, NodeProcess];
      const before = await entriesAt(redis.replica.url, prefix);
      await leave(redis);
      const talk = Conversation.between(here, far, 'hall', { everyMs: EVERY_MS });
      await redis.promoted(20_000);

      const promotedMs = performance.now();
      const newcomer = await firstWelcome(() => stage.client(second), COMMANDS_WITHIN_MS);
      await until(
        'a join to be answered',
        async () => (await newcomer.request({ type: 'join', room: 'hall' })).type === 'joined',
        COMMANDS_WITHIN_MS - (performance.now() - promotedMs),
      );
      await untilDelivered(here, far, 'hall', SIGNALS_WITHIN_MS);
      await untilDelivered(far, here, 'hall', SIGNALS_WITHIN_MS);
      await untilGathered(nodes);
      const all = [...members, newcomer];
      await untilAcquainted(all, 'hall');
      await until('every entry', async () => {
        expect(await entriesAt(redis.replica.url, prefix)).toEqual(expect.arrayContaining(before));
        return true;
      });

      // What was written to it before runs now, on a Redis that nobody listens to.
      back(redis);
      const enough = talk.delivered + SIGNAL_LIFE_MS / EVERY_MS;
      await talk.until('what was written to be stale', ({ delivered }) => delivered >= enough);
      await talk.end();
      expect(talk.wrongs()).toEqual([]);
      await untilDelivered(here, far, 'hall');
      expect(await Promise.all(nodes.map((node) => statusAt(node, '/readyz')))).toEqual([200, 200]);
      expectUndisturbed(all);
      expect((await Promise.all(nodes.map(statusOf))).map(({ rooms }) => rooms)).toEqual([1, 1]);
    },
  );

  it('and for those who ask the first master alone there is no promotion: no commands go on', async () => {
    const redis = await stage.keep(startRedisSentinel());
    const nodes = await stage.nodes([redis.first.url]);
    redis.first.pause();
    await redis.promoted(20_000);
    await expect(firstWelcome(() => stage.client(nodes[0]!), COMMANDS_WITHIN_MS)).rejects.toThrow(/waited/);
  });

  /** Two nodes with a member each. */
  async function gather() {
    const redis = await stage.keep(startRedisSentinel());
    const prefix = uniquePrefix();
    const nodes = await stage.nodes([redis.url, redis.url], { PARLEY_REDIS_PREFIX: prefix });
    return { redis, prefix, nodes, members: await stage.meet('hall', nodes) };
  }
});

const firstWelcome = (knock: () => Promise<RawClient>, deadlineMs: number) =>
  until('a welcome', knock, deadlineMs);
