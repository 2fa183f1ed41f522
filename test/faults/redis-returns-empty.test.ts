import { describe, expect, it } from 'vitest';

import { untilAcquainted } from '../support/acquaintances.ts';
import type { RawClient } from '../support/client.ts';
import type { NodeProcess } from '../support/process.ts';
import { has } from '../support/programs.ts';
import { startOwnRedis, uniquePrefix, type OwnRedis } from '../support/redis.ts';
import { until } from '../support/until.ts';
import { expectUndisturbed, untilDelivered, verdictsTo } from './support/answers.ts';
import { deleteAll, entriesAt, withRedis } from './support/entries.ts';
import { Stage, untilGathered } from './support/stage.ts';

/** How all that the nodes have written goes. */
const losses: readonly (readonly [string, (redis: OwnRedis, prefix: string) => Promise<unknown>])[] = [
  ['a restart without its data', (redis) => redis.restartEmpty()],
  ['somebody who deletes every key', ({ url }, prefix) => deleteAll(url, prefix)],
];

/** Everything is asserted within this: ten seconds are what the most crowded node takes, to spare Redis. */
const ASSERTED_WITHIN_MS = 12_000;

describe.runIf(has('redis-server'))('Redis fails over, returns, comes back empty', () => {
  const stage = Stage.forEachTest();

  it.each(losses)(
    'after %s: the nodes write again what they know, and nobody is told anything',
    async (_name, lose) => {
      const { redis, prefix, nodes, members, code } = await gather();
      const before = await entriesAt(redis.url, prefix);
      expect(before).toContainEqual(expect.stringMatching(/:room:\{main\/hall\} seat:/));
      const table = await tableOf(redis.url, prefix);
      await lose(redis, prefix);

      await until(
        'every entry to be back',
        async () => {
          expect(await entriesAt(redis.url, prefix)).toEqual(before);
          return true;
        },
        ASSERTED_WITHIN_MS,
      );
      expect(await tableOf(redis.url, prefix)).not.toBe(table);
      await untilGathered(nodes);
      const [here, , far] = members as [RawClient, RawClient, RawClient];
      await untilDelivered(here, far, 'hall');
      await untilDelivered(far, here, 'hall');

      // The rooms are the rooms they were, with those inside and for those who come.
      const [first, second] = nodes as [NodeProcess, NodeProcess];
      const guest = await stage.client(second);
      await guest.request({ type: 'join', room: code }, 'joined');
      await untilAcquainted([here, guest], code);
      const newcomer = await stage.client(first);
      await newcomer.request({ type: 'join', room: 'hall' }, 'joined');
      await untilAcquainted([...members, newcomer], 'hall');
      expectUndisturbed(members);
    },
  );

  it('what a node that has died held does not come back, and its members are told of', async () => {
    const { redis, nodes, members } = await gather();
    nodes[1]?.kill('SIGKILL');
    await nodes[1]?.exited;
    await redis.restartEmpty();
    // Nobody knows that it had a row: its members may only be late, until the time for that is over.
    await until('a verdict', () => verdictsTo(members[0]!).length > 0, 30_000);
    expect(() => expectUndisturbed(members.slice(0, 2))).toThrow(/deeply equal \[\]/);
  });

  /** Two on one node and one on the other in a hall, and the first of them in a room of a code. */
  async function gather() {
    const redis = await stage.keep(startOwnRedis());
    const prefix = uniquePrefix();
    const nodes = await stage.nodes([redis.url, redis.url], { PARLEY_REDIS_PREFIX: prefix });
    const [first, second] = nodes as [NodeProcess, NodeProcess];
    const members = await stage.meet('hall', [first, first, second]);
    const { room: code } = await members[0]!.request({ type: 'join' }, 'joined');
    return { redis, prefix, nodes, members, code };
  }
});

const tableOf = (url: string, prefix: string) =>
  withRedis(url, (redis) => redis.hget(`${prefix}:nodes`, 'table'));
