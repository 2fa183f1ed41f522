import { describe, expect, it } from 'vitest';

import type { RawClient } from '../support/client.ts';
import { statusOf } from '../support/process-cluster.ts';
import type { NodeProcess } from '../support/process.ts';
import { has } from '../support/programs.ts';
import { startRedis, uniquePrefix } from '../support/redis.ts';
import { until } from '../support/until.ts';
import { heardBy, signalTo } from './support/answers.ts';
import { newsSince, numbers, outcomes, resuming, sendAll, times } from './support/coming-back.ts';
import { entriesNaming, timesLeft } from './support/remains.ts';
import { Stage, untilGathered } from './support/stage.ts';

/** By then every other node knows. */
const LOST_WITHIN_MS = 10_000;
const SLACK_MS = 3_000;
const WINDOW_MS = 6_000;
/** Entries live so much longer than the window. */
const LIFE_BEYOND_WINDOW_MS = 105_000;
/** The table remembers for three minutes that a node is lost, whose beat was good for eight seconds. */
const LOST_FOR_MS = 188_000;
/** A signal has its answer by then. */
const ANSWERED_WITHIN_MS = 2_000;

describe.runIf(has('redis-server'))('node killed', () => {
  const stage = Stage.forEachTest();

  it('its peers are away for the others soon, who comes back elsewhere has everything, who does not is lost after the window', async () => {
    const { nodes, witness, members } = await gather();
    const [first, second] = nodes as [NodeProcess, NodeProcess];
    const [returner, other] = members as [RawClient, RawClient];
    const [ofReturner, ofOther] = [newsSince(witness, returner), newsSince(witness, other)];
    const killedMs = performance.now();
    second.kill('SIGKILL');
    const [unknown] = await sendAll(witness, returner, 'hall', ['into the dark']);
    expect(unknown?.type, 'nobody has heard it and nobody has kept it').toBe('error');
    expect(performance.now() - killedMs).toBeLessThan(ANSWERED_WITHIN_MS + SLACK_MS);

    await until('both to be away', () => [ofReturner(), ofOther()].every(isAway), LOST_WITHIN_MS + SLACK_MS);
    const awayMs = performance.now();
    expect(outcomes(await sendAll(witness, returner, 'hall', numbers(1, 10)))).toEqual(times(10, 'kept'));
    expect(outcomes(await sendAll(witness, other, 'hall', numbers(1, 3)))).toEqual(times(3, 'kept'));

    const back = await stage.client(first, resuming(returner));
    const { peer, instance } = returner.welcome;
    expect(back.welcome).toMatchObject({ peer, instance, resumed: true });
    expect(back.welcome.rooms?.map(({ room, peers }) => [room, peers.length])).toEqual([['hall', 2]]);
    await witness.next('peer-back');
    await witness.request(signalTo(back, 'hall', 11), 'delivered');
    await until('the last of them', () => heardBy(back).includes(11));
    expect(heardBy(back)).toEqual(numbers(1, 11));

    for (const member of [witness, back]) {
      const left = await member.next('peer-left', WINDOW_MS + SLACK_MS);
      expect(left).toMatchObject({ peer: other.welcome.peer, reason: 'lost' });
    }
    // Away since a little before it was said: since a script found that its node was lost.
    expect(performance.now() - awayMs).toBeGreaterThan(WINDOW_MS - SLACK_MS);
    expect(ofReturner()).toEqual(['peer-away', 'peer-back']);
    expect(ofOther()).toEqual(['peer-away', 'peer-left lost']);
  });

  it('what it leaves behind in Redis ends by itself', async () => {
    const { url, prefix, nodes, witness, members } = await gather();
    const { node: dead } = await statusOf(nodes[1]!);
    nodes[1]!.kill('SIGKILL');
    expect((await entriesNaming(url, prefix, dead)).length).toBeGreaterThan(members.length);
    for (const [key, ttlMs] of await timesLeft(url, prefix)) {
      const mostMs = key.endsWith(':nodes') ? LOST_FOR_MS : WINDOW_MS + LIFE_BEYOND_WINDOW_MS;
      expect([key, ttlMs > 0, ttlMs <= mostMs]).toEqual([key, true, true]);
    }
    expect(witness.socket.readyState).toBe(witness.socket.OPEN);
  });

  it('once that life is over, nothing is left but its row in the table, which says that it is lost', async () => {
    const LIFE_MS = 14_000;
    const { url, prefix, nodes, witness, members } = await gather({
      PARLEY_RESUME_WINDOW_MS: '1000',
      PARLEY_TEST_LIFE_MS: String(LIFE_MS),
      PARLEY_TEST_RENEWAL_MS: '3000',
    });
    const [survivor, victim] = await Promise.all(nodes.map(statusOf));
    nodes[1]!.kill('SIGKILL');
    const named = () => entriesNaming(url, prefix, victim!.node);
    expect((await named()).length).toBeGreaterThan(members.length);
    await until('its entries to end', async () => (await named()).length === 1, LIFE_MS + SLACK_MS);
    expect(await named()).toEqual([expect.stringMatching(/:nodes /)]);
    // What is left of the others is renewed, as long as they live.
    const ofSurvivor = await entriesNaming(url, prefix, survivor!.node);
    expect(ofSurvivor.some((entry) => entry.includes(':room:'))).toBe(true);
    expect(ofSurvivor.some((entry) => entry.includes(witness.welcome.peer))).toBe(true);
  });

  it('a node that goes on is not taken for lost, however long the others wait', async () => {
    const { nodes, witness, members } = await gather();
    const news = members.map((member) => newsSince(witness, member));
    const overMs = performance.now() + LOST_WITHIN_MS + SLACK_MS;
    await until('the time to be over', () => performance.now() > overMs, LOST_WITHIN_MS + 2 * SLACK_MS);
    for (const since of news) expect(since()).toEqual([]);
    await untilGathered(nodes);
    expect(outcomes(await sendAll(witness, members[0]!, 'hall', ['there?']))).toEqual(['delivered']);
  });

  /** A witness at the first node, and two at the second. */
  async function gather(env: NodeJS.ProcessEnv = {}) {
    const { url } = await stage.keep(startRedis());
    const prefix = uniquePrefix();
    const nodes = await stage.nodes([url, url], {
      PARLEY_REDIS_PREFIX: prefix,
      PARLEY_RESUME_WINDOW_MS: String(WINDOW_MS),
      ...env,
    });
    const [first, second] = nodes as [NodeProcess, NodeProcess];
    const [witness, ...members] = await stage.meet('hall', [first, second, second]);
    return { url, prefix, nodes, witness: witness!, members };
  }
});

const isAway = (news: readonly string[]) => news.at(-1) === 'peer-away';
