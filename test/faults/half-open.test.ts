import { describe, expect, it } from 'vitest';

import type { RawClient } from '../support/client.ts';
import type { NodeProcess } from '../support/process.ts';
import { has } from '../support/programs.ts';
import { startRedis } from '../support/redis.ts';
import { until } from '../support/until.ts';
import { heardBy, signalTo, WITHIN_MS } from './support/answers.ts';
import { newsSince, outcomes, resuming, sendAll } from './support/coming-back.ts';
import { Stage } from './support/stage.ts';

const INTERVAL_MS = 1_000;
const TIMEOUT_MS = 4_000;
const IMPATIENT = {
  PARLEY_HEARTBEAT_INTERVAL_MS: String(INTERVAL_MS),
  PARLEY_HEARTBEAT_TIMEOUT_MS: String(TIMEOUT_MS),
};

describe.runIf(has('redis-server'))('phone sleeps, socket half-open', () => {
  const stage = Stage.forEachTest();

  it('away within the time-out of the heartbeat; until then all is delivered, to nobody', async () => {
    const { nodes, far, beside, phone } = await gather(IMPATIENT);
    const since = [newsSince(far, phone), newsSince(beside, phone)];
    const asleepMs = performance.now();
    fallAsleep(phone);
    expect(outcomes(await sendAll(far, phone, 'hall', ['unread']))).toEqual(['delivered']);
    for (const member of [far, beside]) {
      await member.next('peer-away');
      const tookMs = performance.now() - asleepMs;
      expect(tookMs).toBeGreaterThan(TIMEOUT_MS - INTERVAL_MS - WITHIN_MS);
      expect(tookMs).toBeLessThan(TIMEOUT_MS + INTERVAL_MS / 5 + WITHIN_MS);
    }
    expect(outcomes(await sendAll(far, phone, 'hall', ['kept']))).toEqual(['kept']);
    const back = await stage.client(nodes[0]!, resuming(phone));
    for (const member of [far, beside]) await member.next('peer-back');
    await until('it to have its mail', () => heardBy(back).length > 0);
    // What a socket swallowed is lost to a client that does not send again what was not acknowledged.
    expect(heardBy(back)).toEqual(['kept']);
    for (const news of since) expect(news()).toEqual(['peer-away', 'peer-back']);
  });

  it('back while its old socket still looks alive: the others see nothing', async () => {
    const { nodes, far, beside, phone } = await gather();
    const since = [newsSince(far, phone), newsSince(beside, phone)];
    fallAsleep(phone);
    const back = await stage.client(nodes[0]!, resuming(phone));
    expect(back.welcome).toMatchObject({ resumed: true, instance: phone.welcome.instance });
    for (const member of [far, beside]) {
      await member.request(signalTo(phone, 'hall', 'are you there?'), 'delivered');
      await back.request(signalTo(member, 'hall', 'I am'), 'delivered');
      expect(await member.next('signal')).toMatchObject({ from: phone.welcome.peer, custom: 'I am' });
    }
    expect(heardBy(back)).toEqual(['are you there?', 'are you there?']);
    phone.socket.resume();
    expect(await phone.closed).toMatchObject({ reason: 'replaced' });
    expect(heardBy(phone)).toEqual([]);
    for (const member of [far, beside]) await member.request(signalTo(phone, 'hall', 'still?'), 'delivered');
    for (const news of since) expect(news()).toEqual([]);
  });

  it('who comes in its place without a proof changes nothing for it: it is away by the heartbeat, no earlier', async () => {
    const { nodes, far, phone } = await gather(IMPATIENT);
    const news = newsSince(far, phone);
    fallAsleep(phone);
    const stranger = await stage.client(nodes[0]!);
    await stranger.request({ type: 'join', room: 'hall' }, 'joined');
    expect(outcomes(await sendAll(far, phone, 'hall', ['unread']))).toEqual(['delivered']);
    expect(news()).toEqual([]);
    await far.next('peer-away');
    expect(news()).toEqual(['peer-away']);
  });

  it('whoever answers pings, and says nothing, is awake', async () => {
    const { far, beside, phone } = await gather(IMPATIENT);
    const untilMs = performance.now() + 2 * TIMEOUT_MS;
    await until('two time-outs to pass', () => performance.now() > untilMs);
    for (const member of [far, beside]) expect(newsSince(member, phone)()).toEqual([]);
    expect(phone.socket.readyState).toBe(phone.socket.OPEN);
    await far.request(signalTo(phone, 'hall', 'awake?'), 'delivered');
    await until('it to be heard', () => heardBy(phone).length > 0);
  });

  /** One at the first node and two at the second, of whom one is about to fall asleep. */
  async function gather(env: NodeJS.ProcessEnv = {}) {
    const { url } = await stage.keep(startRedis());
    const nodes = await stage.nodes([url, url], env);
    const [first, second] = nodes as [NodeProcess, NodeProcess];
    const [far, beside, phone] = await stage.meet('hall', [first, second, second]);
    return { nodes, far: far!, beside: beside!, phone: phone! };
  }
});

/** It reads nothing any more, and so answers nothing; its TCP connection stands. */
function fallAsleep({ socket }: RawClient): void {
  socket.pause();
}
