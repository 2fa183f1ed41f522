import { setTimeout as pause } from 'node:timers/promises';

import { describe, expect, it } from 'vitest';

import { has } from '../support/programs.ts';
import { startOwnRedis, type OwnRedis } from '../support/redis.ts';
import { until } from '../support/until.ts';
import { heardBy, signalTo } from './support/answers.ts';
import { newsOf, newsSince, numbers, outcomes, resuming, sendAll, times } from './support/coming-back.ts';
import { move } from './support/moving.ts';
import { Stage } from './support/stage.ts';

const DRAIN = { PARLEY_DRAIN_MS: '5000', PARLEY_DRAIN_WAIT_MS: '1000' };
/** So much longer than its drain a node may take at most, whatever hangs. */
const DEADLINE_SLACK_MS = 5_000;

describe.runIf(has('redis-server'))('SIGTERM', () => {
  const stage = Stage.forEachTest();

  it('who opens the new socket with resume at its time is not missed: the others see nothing at all', async () => {
    const { going, staying } = await two();
    const witness = await stage.client(staying);
    const clients = await Promise.all(Array.from({ length: 6 }, () => stage.client(going)));
    for (const member of [witness, ...clients])
      await member.request({ type: 'join', room: 'hall' }, 'joined');
    await until('all to be known', () => clients.every((client) => newsOf(witness, client).length === 1));
    const since = clients.map((client) => newsSince(witness, client));
    going.kill('SIGTERM');
    const talking = talkUntil(going.exited, (n) => sendAll(witness, clients[n % 6]!, 'hall', [n]));
    const moved = await Promise.all(clients.map((client) => move(client, staying.url)));

    for (const [index, next] of moved.entries()) {
      const { peer, instance } = clients[index]!.welcome;
      expect(next.welcome).toMatchObject({ peer, instance, resumed: true });
      expect(next.welcome.rooms?.map(({ room }) => room)).toEqual(['hall']);
      expect(await clients[index]!.closed).toMatchObject({ reason: 'replaced' });
    }
    expect(await going.exited).toEqual({ code: 0, signal: null });
    const said = (await talking).flat();
    expect(outcomes(said)).toEqual(times(said.length, 'delivered'));
    for (const [index, next] of moved.entries()) {
      const heard = () => [...heardBy(clients[index]!), ...heardBy(next)];
      const told = numbers(0, said.length - 1).filter((n) => n % 6 === index);
      await until('it to hear all of it', () => heard().length >= told.length);
      expect(heard()).toEqual(told);
      await next.request(signalTo(witness, 'hall', 'here I am'), 'delivered');
    }
    for (const news of since) expect(news()).toEqual([]);
  });

  it('who has not moved is put away: its seat and its mail wait, and it comes back elsewhere', async () => {
    const { going, staying } = await two();
    const [witness, stubborn] = [await stage.client(staying), await stage.client(going)];
    for (const member of [witness, stubborn]) await member.request({ type: 'join', room: 'hall' }, 'joined');
    await witness.next('peer-joined');
    going.kill('SIGTERM');
    expect(await stubborn.closed).toMatchObject({ code: 4000, reason: expect.stringMatching(/^drained/) });
    await witness.next('peer-away');
    expect(await going.exited).toEqual({ code: 0, signal: null });
    expect(outcomes(await sendAll(witness, stubborn, 'hall', numbers(1, 5)))).toEqual(times(5, 'kept'));
    const back = await stage.client(staying, resuming(stubborn));
    const { peer, instance } = stubborn.welcome;
    expect(back.welcome).toMatchObject({ peer, instance, resumed: true, rooms: [{ room: 'hall' }] });
    await witness.next('peer-back');
    await witness.request(signalTo(back, 'hall', 6), 'delivered');
    await until('it to hear', () => heardBy(back).includes(6));
    expect(heardBy(back)).toEqual(numbers(1, 6));
    expect(newsOf(witness, stubborn)).toEqual(['peer-joined', 'peer-away', 'peer-back']);
  });

  it('who says `bye` or leaves while it drains has left, and is not put away', async () => {
    const { going, staying } = await two();
    const [witness, polite, leaver] = [
      await stage.client(staying),
      await stage.client(going),
      await stage.client(going),
    ];
    for (const member of [witness, polite, leaver])
      await member.request({ type: 'join', room: 'hall' }, 'joined');
    await until('both to be known', () =>
      [polite, leaver].every((client) => newsOf(witness, client).length > 0),
    );
    going.kill('SIGTERM');
    await polite.next('going-away');
    polite.send({ type: 'bye' });
    await leaver.request({ type: 'leave', room: 'hall' }, 'left');
    await going.exited;
    await until('both to be gone', () =>
      [polite, leaver].every((client) => newsOf(witness, client).length > 1),
    );
    for (const client of [polite, leaver])
      expect(newsOf(witness, client)).toEqual(['peer-joined', 'peer-left left']);
    expect((await stage.client(staying, resuming(polite))).welcome.resumed).toBe(false);
  });

  it('nobody moves: closes come at a bounded rate, and who comes back does not come all at once', async () => {
    const { going } = await two();
    const clients = await Promise.all(Array.from({ length: 60 }, () => stage.client(going)));
    going.kill('SIGTERM');
    const closedAtMs = await Promise.all(
      clients.map((client) => client.closed.then(() => performance.now())),
    );
    expect(await going.exited).toEqual({ code: 0, signal: null });
    // Sixty in the three seconds that are left after the wait and the grace: twenty in a second.
    expect(mostWithin(1_000, closedAtMs)).toBeLessThanOrEqual(45);
  });

  it('where there is no time to drain they come all at once', async () => {
    const { going } = await two({ PARLEY_DRAIN_MS: '0' });
    const clients = await Promise.all(Array.from({ length: 60 }, () => stage.client(going)));
    going.kill('SIGTERM');
    const closedAtMs = await Promise.all(
      clients.map((client) => client.closed.then(() => performance.now())),
    );
    expect(mostWithin(1_000, closedAtMs)).toBeGreaterThan(50);
  });

  it.each([
    ['Redis is frozen', async (redis: OwnRedis) => redis.pause(), async (redis: OwnRedis) => redis.resume()],
    ['Redis is gone', async (redis: OwnRedis) => redis.crash(), async () => {}],
  ])('exits with 0 by its deadline though %s and its clients do not read', async (_how, begin, end) => {
    const { redis, going } = await two();
    const clients = await Promise.all(Array.from({ length: 4 }, () => stage.client(going)));
    for (const client of clients) await client.request({ type: 'join', room: 'hall' }, 'joined');
    clients[0]!.socket.pause();
    await begin(redis);
    const startedMs = performance.now();
    going.kill('SIGTERM');
    expect(await going.exited).toEqual({ code: 0, signal: null });
    expect(performance.now() - startedMs).toBeLessThan(Number(DRAIN.PARLEY_DRAIN_MS) + DEADLINE_SLACK_MS);
    await end(redis);
  });

  it('ends at once on a second one though Redis is frozen', async () => {
    const { redis, going } = await two({ PARLEY_DRAIN_MS: '60000' });
    const client = await stage.client(going);
    redis.pause();
    going.kill('SIGTERM');
    await client.next('going-away');
    going.kill('SIGTERM');
    expect((await going.exited).code).toBe(1);
    redis.resume();
  });

  /** Two nodes that share a Redis: one that is about to go, and one that stays. */
  async function two(env: NodeJS.ProcessEnv = {}) {
    const redis = await stage.keep(startOwnRedis());
    const [going, staying] = await stage.nodes([redis.url, redis.url], { ...DRAIN, ...env });
    return { redis, going: going!, staying: staying! };
  }
});

/** Says something every now and then until that has happened; resolves with what came of it. */
async function talkUntil<T>(over: Promise<unknown>, say: (n: number) => Promise<T>): Promise<T[]> {
  const asked: Promise<T>[] = [];
  const talk = { isOver: false };
  void over.then(() => (talk.isOver = true));
  while (!talk.isOver) {
    asked.push(say(asked.length));
    await pause(20);
  }
  return Promise.all(asked);
}

/** How many of these moments lie within so long of one of them. */
const mostWithin = (ms: number, moments: readonly number[]): number =>
  Math.max(...moments.map((from) => moments.filter((at) => at >= from && at < from + ms).length));
