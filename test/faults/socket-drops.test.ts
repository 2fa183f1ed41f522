import { setTimeout as pause } from 'node:timers/promises';

import type { Outgoing } from '@parley/protocol';
import { describe, expect, it } from 'vitest';

import type { RawClient } from '../support/client.ts';
import type { NodeProcess } from '../support/process.ts';
import { has } from '../support/programs.ts';
import { startRedis } from '../support/redis.ts';
import { until } from '../support/until.ts';
import { heardBy, signalTo, timed, WITHIN_MS } from './support/answers.ts';
import { newsOf, newsSince, numbers, outcomes, resuming, sendAll, times } from './support/coming-back.ts';
import { Stage } from './support/stage.ts';

const WINDOW_MS = 3_000;
/** After its window a peer is gone as soon as somebody looks, and everybody who shares a room with it does. */
const NOTICED_WITHIN_MS = 3_000;

describe.runIf(has('redis-server'))('socket drops without `bye`', () => {
  const stage = Stage.forEachTest();

  it.each([
    ['another node', 0],
    ['the same node', 1],
  ])('away for the others at once, its mail is kept, and back at %s as who it was', async (_where, index) => {
    const { nodes, far, beside, phone } = await gather({ PARLEY_RESUME_WINDOW_MS: '60000' });
    const since = [newsSince(far, phone), newsSince(beside, phone)];
    phone.terminate();
    for (const member of [far, beside]) {
      const { tookMs } = await timed(() => member.next('peer-away'));
      expect(tookMs).toBeLessThan(WITHIN_MS);
    }
    const kept = await sendAll(far, phone, 'hall', numbers(1, 5));
    expect(outcomes(kept)).toEqual(times(5, 'kept'));
    for (const answer of kept) expect(forMsOf(answer)).toBeLessThanOrEqual(60_000);
    expect(outcomes(await sendAll(beside, phone, 'hall', ['a', 'b']))).toEqual(['kept', 'kept']);

    const returning = stage.client(nodes[index]!, resuming(phone));
    const meanwhile = await talkWhile(far, phone, returning, 6);
    const back = await returning;
    for (const member of [far, beside]) await member.next('peer-back');

    const { peer, instance } = phone.welcome;
    expect(back.welcome).toMatchObject({ peer, instance, resumed: true });
    expect(back.welcome.rooms?.map(({ room }) => room)).toEqual(['hall']);
    expect(back.welcome.rooms?.[0]?.peers.map(({ peer: other }) => other).toSorted()).toEqual(
      [far, beside].map((member) => member.welcome.peer).toSorted(),
    );
    for (const outcome of outcomes(await Promise.all(meanwhile))) expect(outcome).toMatch(/^kept|delivered$/);
    await until('it to hear all of it', () => heardBy(back).length >= 5 + meanwhile.length + 2);
    expect(heardBy(back).filter((custom) => typeof custom === 'number')).toEqual(
      numbers(1, 5 + meanwhile.length),
    );
    expect(heardBy(back).filter((custom) => typeof custom === 'string')).toEqual(['a', 'b']);
    await back.request(signalTo(far, 'hall', 'hello again'), 'delivered');
    expect(await far.next('signal')).toMatchObject({ from: peer, fromInstance: instance });
    for (const news of since) expect(news()).toEqual(['peer-away', 'peer-back']);
  });

  it('if it is not back when its window ends, it was lost: then, and not before', async () => {
    const { nodes, far, beside, phone } = await gather({ PARLEY_RESUME_WINDOW_MS: String(WINDOW_MS) });
    const droppedMs = performance.now();
    phone.terminate();
    await far.next('peer-away');
    await far.request(signalTo(phone, 'hall', 'too late'), 'kept');
    for (const member of [far, beside]) {
      expect(await member.next('peer-left')).toMatchObject({ peer: phone.welcome.peer, reason: 'lost' });
      const tookMs = performance.now() - droppedMs;
      expect(tookMs).toBeGreaterThanOrEqual(WINDOW_MS);
      expect(tookMs).toBeLessThan(WINDOW_MS + NOTICED_WITHIN_MS);
    }
    expect(outcomes(await sendAll(far, phone, 'hall', ['into the void']))).toEqual(['peer-unreachable']);

    const stranger = await stage.client(nodes[0]!, resuming(phone));
    expect(stranger.welcome.resumed).toBe(false);
    expect(stranger.welcome.peer).not.toBe(phone.welcome.peer);
    await stranger.request({ type: 'join', room: 'hall' }, 'joined');
    await far.request(signalTo(stranger, 'hall', 'who are you?'), 'delivered');
    await until('it to hear', () => heardBy(stranger).length > 0);
    expect(heardBy(stranger)).toEqual(['who are you?']);
  });

  it('a peer that came back is not lost when the window of its absence would have ended', async () => {
    const { nodes, far, phone } = await gather({ PARLEY_RESUME_WINDOW_MS: String(WINDOW_MS) });
    phone.terminate();
    await far.next('peer-away');
    const back = await stage.client(nodes[0]!, resuming(phone));
    await far.next('peer-back');
    await expect(far.next('peer-left', WINDOW_MS + NOTICED_WITHIN_MS)).rejects.toThrow(/no peer-left/);
    await far.request(signalTo(back, 'hall', 'still there?'), 'delivered');
  });

  it.each([
    ['`bye`', async (phone: RawClient) => phone.send({ type: 'bye' })],
    ['a close 1000', async (phone: RawClient) => void (await phone.close(1000))],
  ])(
    '%s is no drop: who says it has left at once, and there is nothing to come back to',
    async (_what, end) => {
      const { nodes, far, beside, phone } = await gather();
      const since = [newsSince(far, phone), newsSince(beside, phone)];
      await end(phone);
      for (const member of [far, beside]) {
        const { answer, tookMs } = await timed(() => member.next('peer-left'));
        expect(answer.reason).toBe('left');
        expect(tookMs).toBeLessThan(WITHIN_MS);
      }
      expect(outcomes(await sendAll(far, phone, 'hall', ['too late']))).toEqual(['peer-unreachable']);
      const again = await stage.client(nodes[0]!, resuming(phone));
      expect(again.welcome).toMatchObject({ resumed: false });
      expect(heardBy(again)).toEqual([]);
      for (const news of since) expect(news()).toEqual(['peer-left left']);
    },
  );

  it('who shows no proof is somebody else, and the mail is not theirs', async () => {
    const { nodes, far, phone } = await gather();
    phone.terminate();
    await far.next('peer-away');
    await far.request(signalTo(phone, 'hall', 'for your eyes only'), 'kept');
    const stranger = await stage.client(nodes[0]!);
    expect(stranger.welcome.peer).not.toBe(phone.welcome.peer);
    await stranger.request({ type: 'join', room: 'hall' }, 'joined');
    expect(heardBy(stranger)).toEqual([]);
    expect(newsOf(far, phone).at(-1)).toBe('peer-away');
  });

  /** One at the first node and two at the second, of whom one is about to drop. */
  async function gather(env: NodeJS.ProcessEnv = {}) {
    const { url } = await stage.keep(startRedis());
    const nodes = await stage.nodes([url, url], env);
    const [first, second] = nodes as [NodeProcess, NodeProcess];
    const [far, beside, phone] = await stage.meet('hall', [first, second, second]);
    return { nodes, far: far!, beside: beside!, phone: phone! };
  }
});

/** Numbered signals, one after the other, until the other one is back and has got some more. */
async function talkWhile(
  from: RawClient,
  to: RawClient,
  returning: Promise<RawClient>,
  first: number,
): Promise<Promise<Outgoing>[]> {
  const asked: Promise<Outgoing>[] = [];
  let left = Infinity;
  void returning.then(() => (left = 20));
  for (let n = first; left > 0; n += 1, left -= 1) {
    asked.push(from.request(signalTo(to, 'hall', n)));
    await pause(1);
  }
  return asked;
}

const forMsOf = (answer: Outgoing) => (answer.type === 'kept' ? answer.forMs : Infinity);
