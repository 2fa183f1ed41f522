import { setTimeout as pause } from 'node:timers/promises';

import type { Outgoing } from '@parley/protocol';
import { describe, expect, it } from 'vitest';

import type { RawClient } from '../support/client.ts';
import type { NodeProcess } from '../support/process.ts';
import { has } from '../support/programs.ts';
import { startRedis } from '../support/redis.ts';
import { until } from '../support/until.ts';
import { heardBy, signalTo } from './support/answers.ts';
import { newsSince, numbers, outcomes, resuming, sendAll, times } from './support/coming-back.ts';
import { Stage, untilGathered } from './support/stage.ts';

/** Longer than a beat lasts: others take the node for lost, and it cannot know. */
const FROZEN_MS = 15_000;
const LOST_WITHIN_MS = 10_000;
const SLACK_MS = 3_000;
/** After it woke: a beat, a ping and its answer, and an assertion. */
const BACK_WITHIN_MS = 15_000;
/** Every node has beaten twice by then, and knows who is alive. */
const SETTLED_AFTER_MS = 6_000;

describe.runIf(has('redis-server'))('node or VM frozen, wakes', () => {
  const stage = Stage.forEachTest();

  it('who is still there is back without a new socket, who has moved stays where it is, who has gone stays away', async () => {
    const { nodes, witness, members } = await gather();
    const [first, second] = nodes as [NodeProcess, NodeProcess];
    const [stays, moves, dies] = members as [RawClient, RawClient, RawClient];
    const [ofStays, ofMoves, ofDies] = members.map((member) => newsSince(witness, member)) as News;
    const asleep = freeze(second, FROZEN_MS);
    for (const outcome of outcomes(await sendAll(witness, stays, 'hall', ['stale', 'staler'])))
      expect(['delivery-timeout', 'cluster-unavailable']).toContain(outcome);
    const areAway = () => [ofStays(), ofMoves(), ofDies()].every(isAway);
    await until('all three to be away', areAway, LOST_WITHIN_MS + SLACK_MS);

    expect(outcomes(await sendAll(witness, moves, 'hall', numbers(1, 5)))).toEqual(times(5, 'kept'));
    const moved = await stage.client(first, resuming(moves));
    expect(moved.welcome).toMatchObject({ resumed: true, instance: moves.welcome.instance });
    dies.terminate();
    await asleep;

    expect(await moves.closed).toMatchObject({ reason: 'replaced' });
    await until('the one that stayed to be back', () => ofStays().at(-1) === 'peer-back', BACK_WITHIN_MS);
    expect(stays.socket.readyState).toBe(stays.socket.OPEN);
    await witness.request(signalTo(stays, 'hall', 'good morning'), 'delivered');
    await witness.request(signalTo(moves, 'hall', 6), 'delivered');
    await until('both to hear it', () => heardBy(stays).length > 0 && heardBy(moved).includes(6));
    expect(heardBy(moved)).toEqual(numbers(1, 6));
    expect(heardBy(stays)).toEqual(['good morning']);
    for (const client of [stays, moved])
      await client.request(signalTo(witness, 'hall', 'good morning'), 'delivered');
    await untilGathered(nodes);
    expect(ofStays()).toEqual(['peer-away', 'peer-back']);
    expect(ofMoves()).toEqual(['peer-away', 'peer-back']);
    expect(ofDies()).toEqual(['peer-away']);
    expect(outcomes(await sendAll(witness, dies, 'hall', ['kept']))).toEqual(['kept']);
  });

  it('who has mail by then is sent to fetch it: nothing that was kept is forgotten, and nothing that was not comes late', async () => {
    const { nodes, witness, members } = await gather();
    const [woken] = members as [RawClient];
    const news = newsSince(witness, woken);
    const asleep = freeze(nodes[1]!, FROZEN_MS);
    const answers = await talkFor(FROZEN_MS - 2_000, (n) => witness.request(signalTo(woken, 'hall', n)));
    await asleep;
    const kept = answers.flatMap((answer, index) => (answer.type === 'kept' ? index + 1 : []));
    expect(kept.length).toBeGreaterThan(0);
    const last = kept.at(-1) ?? 0;
    expect(outcomes(answers.slice(0, last))).not.toContain('delivered');

    expect(await woken.closed).toMatchObject({ code: 4007, reason: 'mail-waits' });
    const back = await stage.client(nodes[1]!, resuming(woken));
    expect(back.welcome).toMatchObject({ resumed: true, instance: woken.welcome.instance });
    await until('it to be back', () => news().at(-1) === 'peer-back');
    await witness.request(signalTo(back, 'hall', 'new'), 'delivered');
    await until('it to hear', () => heardBy(back).includes('new'));
    expect(heardBy(back)).toEqual([...kept, 'new']);
    expect(heardBy(woken)).toEqual([]);
  });

  it('once they are back they stay so, also for who hears last that their node lives, and though nobody says anything', async () => {
    const { nodes, witness, members } = await gather();
    const since = members.map((member) => newsSince(witness, member));
    const areAll = (last: string) => since.every((news) => news().at(-1) === last);
    const asleep = freeze(nodes[1]!, FROZEN_MS);
    await until('all three to be away', () => areAll('peer-away'), LOST_WITHIN_MS + SLACK_MS);
    await asleep;
    await until('all three to be back', () => areAll('peer-back'), BACK_WITHIN_MS);
    await untilGathered(nodes);
    await pause(SETTLED_AFTER_MS);
    const { peers } = await witness.request({ type: 'join', room: 'hall' }, 'joined');
    expect(peers).toHaveLength(members.length);
    for (const seat of peers) expect(seat).not.toHaveProperty('away');
    expect(areAll('peer-back')).toBe(true);
  });

  it('a node that slept for a moment is missed by nobody, and what was sent to it meanwhile arrives', async () => {
    const { nodes, witness, members } = await gather();
    const news = members.map((member) => newsSince(witness, member));
    const asleep = freeze(nodes[1]!, 500);
    const answers = sendAll(witness, members[0]!, 'hall', numbers(1, 5));
    await asleep;
    expect(outcomes(await answers)).toEqual(times(5, 'delivered'));
    await until('it to hear them', () => heardBy(members[0]!).length >= 5);
    expect(heardBy(members[0]!)).toEqual(numbers(1, 5));
    await untilGathered(nodes);
    for (const since of news) expect(since()).toEqual([]);
  });

  /** A witness at the first node, and three at the second. */
  async function gather(env: NodeJS.ProcessEnv = {}) {
    const { url } = await stage.keep(startRedis());
    const nodes = await stage.nodes([url, url], env);
    const [first, second] = nodes as [NodeProcess, NodeProcess];
    const [witness, ...members] = await stage.meet('hall', [first, second, second, second]);
    return { nodes, witness: witness!, members };
  }
});

type News = [() => string[], () => string[], () => string[]];

const isAway = (news: readonly string[]) => news.at(-1) === 'peer-away';

/** Says something every now and then; resolves with what became of each. */
async function talkFor(forMs: number, say: (n: number) => Promise<Outgoing>): Promise<Outgoing[]> {
  const untilMs = performance.now() + forMs;
  const asked: Promise<Outgoing>[] = [];
  while (performance.now() < untilMs) {
    asked.push(say(asked.length + 1));
    await pause(200);
  }
  return Promise.all(asked);
}

async function freeze(node: NodeProcess, forMs: number): Promise<void> {
  node.kill('SIGSTOP');
  await pause(forMs);
  node.kill('SIGCONT');
}
