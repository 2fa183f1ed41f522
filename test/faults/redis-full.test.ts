import { describe, expect, it } from 'vitest';

import { untilAcquainted } from '../support/acquaintances.ts';
import type { RawClient } from '../support/client.ts';
import type { NodeProcess } from '../support/process.ts';
import { has } from '../support/programs.ts';
import { startOwnRedis, uniquePrefix } from '../support/redis.ts';
import { until } from '../support/until.ts';
import { expectUnavailable, heardBy, signalTo, statusAt, verdictsTo } from './support/answers.ts';
import { resuming } from './support/coming-back.ts';
import { entriesAt, withRedis } from './support/entries.ts';
import { Stage } from './support/stage.ts';

/** A node that could not beat would be taken for lost after this. */
const ROW_LIFE_MS = 8_000;

describe.runIf(has('redis-server'))('Redis full', () => {
  const stage = Stage.forEachTest();

  it('new joins are refused; who is there stays, talks and leaves, who comes gets in, and nodes stay ready', async () => {
    const { redis, prefix, nodes, members } = await gather();
    const [here, far, third] = members as [RawClient, RawClient, RawClient];
    const [first, second] = nodes as [NodeProcess, NodeProcess];
    await fill(redis.url);
    const fullFromMs = performance.now();

    await expectUnavailable(here, [{ type: 'join', room: 'elsewhere' }, { type: 'join' }]);
    // Who sits already joins again, as after a reconnect: that is an assertion.
    await far.request({ type: 'join', room: 'hall' }, 'joined');
    const newcomer = await stage.client(second);
    await expectUnavailable(newcomer, [{ type: 'join', room: 'hall' }]);
    await here.request(signalTo(far, 'hall', 'as before'), 'delivered');
    await third.request({ type: 'leave', room: 'hall' }, 'left');
    await until('the others to be told', () => verdictsTo(here).length > 0 && verdictsTo(far).length > 0);
    await untilAcquainted([here, far], 'hall');
    expect(await entriesAt(redis.url, prefix)).not.toContainEqual(
      expect.stringContaining(`seat:${third.welcome.peer}`),
    );

    await until(
      'every row of before to lapse',
      () => performance.now() > fullFromMs + ROW_LIFE_MS,
      2 * ROW_LIFE_MS,
    );
    expect(await Promise.all([first, second].map((node) => statusAt(node, '/readyz')))).toEqual([200, 200]);
    await here.request(signalTo(far, 'hall', 'still so'), 'delivered');

    await fill(redis.url, 0);
    await newcomer.request({ type: 'join', room: 'hall' }, 'joined');
    await untilAcquainted([here, far, newcomer], 'hall');
  });

  it('mail is refused, and not what was kept before; who is away comes back, to its seat and its mail', async () => {
    const { redis, nodes, members } = await gather();
    const [here, , sleeper] = members as [RawClient, RawClient, RawClient];
    sleeper.terminate();
    await here.next('peer-away');
    await here.request(signalTo(sleeper, 'hall', 'kept'), 'kept');
    await fill(redis.url);
    const refused = await here.request(signalTo(sleeper, 'hall', 'refused'), 'error');
    expect(refused.code).toBe('mail-full');

    const back = await stage.client(nodes[0]!, resuming(sleeper));
    expect(back.welcome).toMatchObject({ resumed: true, peer: sleeper.welcome.peer });
    await here.next('peer-back');
    await here.request(signalTo(back, 'hall', 'live'), 'delivered');
    await until('it to hear', () => heardBy(back).includes('live'));
    expect(heardBy(back)).toEqual(['kept', 'live']);
  });

  it('and told to evict, it throws the rooms away instead: noeviction matters', async () => {
    const { redis, prefix, nodes } = await gather();
    await withRedis(redis.url, (plain) => plain.config('SET', 'maxmemory-policy', 'allkeys-random'));
    await fill(redis.url);
    await stage.client(nodes[0]!).catch(() => {});
    const hasRoom = (entries: readonly string[]) =>
      entries.some((entry) => entry.includes(':room:{main/hall}'));
    await until('the room to be gone', async () => !hasRoom(await entriesAt(redis.url, prefix)));
  });

  /** Three members in a room, on two nodes. */
  async function gather() {
    const redis = await stage.keep(startOwnRedis());
    const prefix = uniquePrefix();
    const nodes = await stage.nodes([redis.url, redis.url], { PARLEY_REDIS_PREFIX: prefix });
    const [first, second] = nodes as [NodeProcess, NodeProcess];
    return { redis, prefix, nodes, members: await stage.meet('hall', [first, second, second]) };
  }
});

/** Nothing more fits, whatever is there; 0: there is room again. */
const fill = (url: string, maxBytes = 1) =>
  withRedis(url, (redis) => redis.config('SET', 'maxmemory', maxBytes));
