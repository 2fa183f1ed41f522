import { setTimeout as pause } from 'node:timers/promises';

import { describe, expect, it } from 'vitest';

import { untilAcquainted } from '../support/acquaintances.ts';
import type { RawClient } from '../support/client.ts';
import type { NodeProcess } from '../support/process.ts';
import { has } from '../support/programs.ts';
import { startOwnRedis, type OwnRedis } from '../support/redis.ts';
import { until } from '../support/until.ts';
import {
  expectUnavailable,
  expectUndisturbed,
  heardBy,
  signalTo,
  statusAt,
  untilDelivered,
  untilRefused,
  verdictsTo,
} from './support/answers.ts';
import { Cable } from './support/cable.ts';
import { Stage, untilGathered } from './support/stage.ts';

/** How a Redis can be out of reach, and how it comes back with all its data. */
interface Outage {
  begin(redis: OwnRedis, cables: readonly Cable[]): void;
  end(redis: OwnRedis, cables: readonly Cable[]): void;
}

const outages: readonly (readonly [string, Outage])[] = [
  [
    'unreachable',
    {
      begin: (_redis, cables) => cables.forEach((cable) => cable.sever()),
      end: (_redis, cables) => cables.forEach((cable) => cable.mend()),
    },
  ],
  ['frozen', { begin: (redis) => redis.pause(), end: (redis) => redis.resume() }],
];

/** What is older is not delivered any more. */
const SIGNAL_LIFE_MS = 2_000;

describe.runIf(has('redis-server'))('Redis unreachable or frozen', () => {
  const stage = Stage.forEachTest();

  it.each(outages)(
    '%s: sockets stay, one node goes on, the cluster says so in time, and then all is as before',
    async (_name, outage) => {
      const { redis, cables, nodes, members } = await gather();
      const [here, beside, far] = members as [RawClient, RawClient, RawClient];
      const [node] = nodes as [NodeProcess, NodeProcess];
      outage.begin(redis, cables);

      await expectUnavailable(far, [signalTo(here, 'hall', 'stale')]);
      await expectUnavailable(here, [
        signalTo(far, 'hall', 'stale'),
        { type: 'join', room: 'elsewhere' },
        { type: 'join', room: 'ABCD-EFGH' },
        { type: 'match', queue: 'chess' },
      ]);
      const staleFromMs = performance.now() + SIGNAL_LIFE_MS;
      await here.request(signalTo(beside, 'hall', 'near'), 'delivered');
      await untilRefused(() => stage.client(node));
      await until('unreadiness', async () => (await statusAt(node, '/readyz')) === 503, 16_000);
      expect(await statusAt(node, '/livez')).toBe(200);
      await here.request(signalTo(beside, 'hall', 'still near'), 'delivered');
      await until('what was sent to be stale', () => performance.now() > staleFromMs);

      outage.end(redis, cables);
      await untilGathered(nodes);
      await untilDelivered(here, far, 'hall');
      await untilDelivered(far, here, 'hall');
      expect(heardBy(far)).toEqual([]);
      expect(heardBy(here)).toEqual([]);
      expect(heardBy(beside)).toEqual(['near', 'still near']);
      const newcomer = await stage.client(node);
      await newcomer.request({ type: 'join', room: 'hall' }, 'joined');
      await untilAcquainted([...members, newcomer], 'hall');
      expectUndisturbed(members);
    },
  );

  it('for a moment only: what was sent arrives, and nobody is refused', async () => {
    const { redis, members } = await gather();
    const [here, , far] = members as [RawClient, RawClient, RawClient];
    redis.pause();
    const answer = here.request(signalTo(far, 'hall', 'a little late'), 'delivered');
    await pause(300);
    redis.resume();
    await answer;
    await until('it to hear', () => heardBy(far).length > 0);
    expect(heardBy(far)).toEqual(['a little late']);
  });

  it('is nothing like somebody who leaves: that is told', async () => {
    const { members } = await gather();
    members[2]?.send({ type: 'leave', room: 'hall' });
    await until('a verdict', () => verdictsTo(members[0]!).length > 0);
    expect(() => expectUndisturbed(members)).toThrow(/deeply equal \[\]/);
  });

  /** Two on one node and one on the other, in one room; each node has a cable of its own. */
  async function gather() {
    const redis = await stage.keep(startOwnRedis());
    const cables = [await stage.keep(Cable.to(redis)), await stage.keep(Cable.to(redis))];
    const nodes = await stage.nodes(cables.map(({ url }) => url));
    const [first, second] = nodes as [NodeProcess, NodeProcess];
    const members = await stage.meet('hall', [first, first, second]);
    return { redis, cables, nodes, members };
  }
});
