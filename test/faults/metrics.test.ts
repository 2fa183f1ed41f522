import { setTimeout as pause } from 'node:timers/promises';

import { describe, expect, it } from 'vitest';

import { RawClient } from '../support/client.ts';
import type { NodeProcess } from '../support/process.ts';
import { has } from '../support/programs.ts';
import { startOwnRedis, uniquePrefix, type OwnRedis } from '../support/redis.ts';
import { jwtSettings, tokenFor } from '../support/tokens.ts';
import { until } from '../support/until.ts';
import { signalTo } from './support/answers.ts';
import { Cable } from './support/cable.ts';
import { numbers, outcomes, resuming, sendAll } from './support/coming-back.ts';
import { deleteAll, withRedis } from './support/entries.ts';
import { scrape, watch } from './support/scrape.ts';
import { Stage } from './support/stage.ts';

/** What the mail of one peer takes, and what one lane. */
const MAIL = 64;
const LANE = 64;
const FROZEN_MS = 12_000;

describe.runIf(has('redis-server'))('metrics, each moved by what it is about', () => {
  const stage = Stage.forEachTest();

  it('parley_signals_total: delivered and kept, near and far; each as often as it happened', async () => {
    const { first, second, far, beside, phone } = await gather();
    const ofFirst = await watch(first, signals('remote', 'delivered'), signals('remote', 'kept'));
    const ofSecond = await watch(
      second,
      signals('local', 'delivered'),
      signals('local', 'kept'),
      signals('remote', 'delivered'),
    );
    await sendAll(far, phone, 'hall', numbers(1, 3));
    await sendAll(beside, phone, 'hall', numbers(1, 2));
    phone.terminate();
    for (const member of [far, beside]) await member.next('peer-away');
    await sendAll(far, phone, 'hall', numbers(1, 5));
    await sendAll(beside, phone, 'hall', numbers(1, 4));
    expect(await ofFirst.growth()).toEqual([3, 5]);
    expect(await ofSecond.growth()).toEqual([2, 4, 0]);
  });

  it('parley_mail_total: kept, full, handed, handed again, void; parley_undeliverable_total: full', async () => {
    const { first, second, far, beside, phone } = await gather();
    const ofFirst = await watch(first, mail('kept'), mail('full'), undeliverable('full'));
    const ofSecond = await watch(second, mail('handed'), mail('handed-again'), mail('void'));
    phone.terminate();
    for (const member of [far, beside]) await member.next('peer-away');
    await beside.request(signalTo(phone, 'hall', 'never mind'), 'kept');
    await sendAll(far, phone, 'hall', numbers(1, MAIL));
    expect(await ofFirst.growth()).toEqual([MAIL - 1, 1, 1]);
    await beside.request({ type: 'leave', room: 'hall' }, 'left');

    const unheard = await stage.client(second, resuming(phone));
    expect(await ofSecond.growth()).toEqual([MAIL - 1, 0, 1]);
    unheard.terminate();
    await far.next('peer-back');
    await far.next('peer-away');
    await stage.client(second, resuming(phone));
    expect(await ofSecond.growth()).toEqual([MAIL - 1, MAIL - 1, 2]);
  });

  it('parley_undeliverable_total: gone, of who has left and cannot be known to have', async () => {
    const { first, second, far } = await gather();
    const watched = await watch(first, undeliverable('gone'), signals('remote', 'peer-unreachable'));
    await until('somebody to be missed', async () => {
      const leaver = await stage.client(second);
      await leaver.request({ type: 'join', room: 'hall' }, 'joined');
      await far.next((message) => message.type === 'peer-joined' && message.peer === leaver.welcome.peer);
      leaver.send({ type: 'bye' });
      const asked = numbers(1, 40).map(async (n) => {
        await pause(n / 4);
        return far.request(signalTo(leaver, 'hall', n));
      });
      await Promise.all(asked);
      const [gone = 0, unreachable = 0] = await watched.growth();
      expect(unreachable).toBeGreaterThanOrEqual(gone);
      return gone > 0;
    });
  });

  it('parley_undeliverable_total: timeout, of a node that does not answer', async () => {
    const { first, second, far, phone } = await gather();
    const watched = await watch(first, undeliverable('timeout'), signals('remote', 'delivery-timeout'));
    second.kill('SIGSTOP');
    const answers = await sendAll(far, phone, 'hall', [1, 2]);
    second.kill('SIGCONT');
    expect(outcomes(answers)).toEqual(['delivery-timeout', 'delivery-timeout']);
    expect(await watched.growth()).toEqual([2, 2]);
  });

  it('parley_undeliverable_total: unavailable and crowded, while Redis does not answer', async () => {
    const { redis, first, second, far, beside, phone } = await gather();
    const ofFirst = await watch(first, undeliverable('unavailable'));
    const ofSecond = await watch(second, undeliverable('unavailable'), undeliverable('crowded'));
    phone.terminate();
    for (const member of [far, beside]) await member.next('peer-away');
    redis.pause();
    const [near, distant] = await Promise.all([
      sendAll(beside, phone, 'hall', numbers(1, LANE + 6)),
      sendAll(far, beside, 'hall', [1]),
    ]);
    redis.resume();
    expect(outcomes(distant)).toEqual(['cluster-unavailable']);
    expect(outcomes(near).filter((outcome) => outcome === 'rate-limited')).toHaveLength(6);
    expect(await ofFirst.growth()).toEqual([1]);
    expect(await ofSecond.growth()).toEqual([LANE, 6]);
  });

  it('parley_undeliverable_total: missed, of what a subscriber that was cut off did not hear', async () => {
    const { redis, first, far, phone } = await gather();
    const watched = await watch(first, undeliverable('missed'));
    const talking = { isOver: false };
    const talk = (async () => {
      for (let n = 1; !talking.isOver; n += 1) {
        far.send(signalTo(phone, 'hall', n));
        if (n % 20 === 0) await pause(1);
      }
    })();
    await until('something to be missed', async () => {
      await withRedis(redis.url, (connection) => connection.call('CLIENT', 'KILL', 'TYPE', 'pubsub'));
      await pause(500);
      return (await watched.growth())[0]! > 0;
    }).finally(() => (talking.isOver = true));
    await talk;
  });

  it('parley_claims_total: new, resumed, taken over, unproven', async () => {
    const { second } = await gather({ PARLEY_AUTH: 'jwt', ...jwtSettings });
    const watched = await watch(second, ...['new', 'resumed', 'taken-over', 'unproven'].map(claims));
    const ada = { token: tokenFor('ada') };
    const one = await stage.client(second, ada);
    expect(await watched.growth()).toEqual([1, 0, 0, 0]);
    const again = await stage.client(second, { ...ada, ...resuming(one) });
    expect(await watched.growth()).toEqual([1, 1, 0, 0]);
    again.send({ type: 'bye' });
    await again.closed;
    await stage.client(second, { ...ada, ...resuming(again) });
    expect(await watched.growth(), 'too late: so it is somebody new').toEqual([2, 1, 0, 1]);
    const fixed = { token: tokenFor('ada', { peer: 'phone' }) };
    for (const _ of numbers(1, 2)) await stage.client(second, fixed);
    expect(await watched.growth()).toEqual([3, 1, 1, 1]);
  });

  it('parley_claims_total: superseded, and parley_fenced_total: claim, of who came first and asks last', async () => {
    const redis = await stage.keep(startOwnRedis());
    const cable = await stage.keep(Cable.to(redis));
    const nodes = await stage.nodes([cable.url, redis.url], { PARLEY_AUTH: 'jwt', ...jwtSettings });
    const [slow, quick] = nodes as [NodeProcess, NodeProcess];
    const watched = await watch(slow, claims('superseded'), fenced('claim'));
    const fixed = { token: tokenFor('ada', { peer: 'phone' }) };
    // What it asks passes when it is mended, which is long before it would give up.
    cable.cut();
    const late = await RawClient.open(slow.url, fixed);
    const winner = await stage.client(quick, fixed);
    cable.mend();
    expect(await late.closed).toMatchObject({ reason: expect.stringMatching(/^superseded/) });
    expect(winner.socket.readyState).toBe(winner.socket.OPEN);
    expect(await watched.growth()).toEqual([1, 1]);
  });

  it('parley_fenced_total: renewal or seat, at a node that slept while its peers moved', async () => {
    const redis = await stage.keep(startOwnRedis());
    const cable = await stage.keep(Cable.to(redis));
    const [first, second] = (await stage.nodes([redis.url, cable.url])) as [NodeProcess, NodeProcess];
    const watched = await watch(second, fenced('renewal'), fenced('seat'));
    const roomless = await stage.client(second);
    const seated = await Promise.all(
      numbers(1, 10).map(async (n) => {
        const client = await stage.client(second);
        await client.request({ type: 'join', room: `room-${n}` }, 'joined');
        return client;
      }),
    );
    // The other node tells it who has moved. If its first beat is answered before it reads that, it need not ask.
    cable.deafen();
    second.kill('SIGSTOP');
    const asleep = pause(FROZEN_MS);
    for (const client of [roomless, ...seated]) await stage.client(first, resuming(client));
    await asleep;
    second.kill('SIGCONT');
    for (const client of [roomless, ...seated])
      expect(await client.closed).toMatchObject({ reason: 'replaced' });
    const [renewals = 0, seats = 0] = await watched.growth();
    // Which of the two comes first is chance, and both may be under way.
    expect(renewals).toBeGreaterThan(0);
    expect(renewals + seats).toBeGreaterThanOrEqual(1 + seated.length);
    expect(renewals + seats).toBeLessThanOrEqual(1 + 2 * seated.length);
  });

  it('parley_restored_total: peer and room, when Redis has lost them', async () => {
    const { redis, prefix, first, second } = await gather();
    const ofFirst = await watch(first, restored('peer'), restored('room'));
    const ofSecond = await watch(second, restored('peer'), restored('room'));
    await deleteAll(redis.url, prefix);
    const sums = async () => {
      const [a, b] = await Promise.all([ofFirst.growth(), ofSecond.growth()]);
      return [a[0]! + b[0]!, a[1]! + b[1]!];
    };
    await until(
      'all three, and their room once',
      async () => {
        expect(await sums()).toEqual([3, 1]);
        return true;
      },
      20_000,
    );
  });

  it('parley_probe_age_seconds: rises while nothing is heard, and falls again', async () => {
    const redis = await stage.keep(startOwnRedis());
    const cable = await stage.keep(Cable.to(redis));
    const [deaf, other] = (await stage.nodes([cable.url, redis.url])) as [NodeProcess, NodeProcess];
    const ageOf = async (node: NodeProcess) => (await scrape(node))('parley_probe_age_seconds');
    expect(await ageOf(deaf)).toBeLessThan(4);
    cable.deafen({ forGood: true });
    await until('it to rise', async () => (await ageOf(deaf)) > 5);
    expect(await ageOf(other)).toBeLessThan(4);
    cable.hear();
    await until('it to fall', async () => (await ageOf(deaf)) < 3, 15_000);
  });

  it('parley_drain_state: open, then not ready, then nobody is taken', async () => {
    const redis = await stage.keep(startOwnRedis());
    const [node] = (await stage.nodes([redis.url], {
      PARLEY_DRAIN_MS: '8000',
      PARLEY_DRAIN_WAIT_MS: '2000',
    })) as [NodeProcess];
    const state = async () => (await scrape(node))('parley_drain_state');
    await stage.client(node);
    expect(await state()).toBe(0);
    node.kill('SIGTERM');
    await until('it to be unready', async () => (await state()) === 1);
    await until('it to let its clients go', async () => (await state()) === 2);
    node.kill('SIGTERM');
    await node.exited;
  });

  it('nothing moves while nothing happens', async () => {
    const { first } = await gather();
    const watched = await watch(
      first,
      signals('remote', 'kept'),
      mail('handed'),
      claims('resumed'),
      restored('peer'),
      fenced('seat'),
      undeliverable('gone'),
    );
    await expect(watched.moved(1_000)).rejects.toThrow(/grown by 0, 0, 0, 0, 0, 0/);
  });

  /** One at the first node and two at the second, in one room, where they may be without a token. */
  async function gather(env: NodeJS.ProcessEnv = {}) {
    const redis: OwnRedis = await stage.keep(startOwnRedis());
    const prefix = uniquePrefix();
    const nodes = await stage.nodes([redis.url, redis.url], { PARLEY_REDIS_PREFIX: prefix, ...env });
    const [first, second] = nodes as [NodeProcess, NodeProcess];
    const [far, beside, phone] =
      'PARLEY_AUTH' in env ? [] : await stage.meet('hall', [first, second, second]);
    return { redis, prefix, first, second, far: far!, beside: beside!, phone: phone! };
  }
});

const signals = (path: 'local' | 'remote', outcome: string) =>
  ['parley_signals_total', { path, outcome }] as const;
const undeliverable = (reason: string) => ['parley_undeliverable_total', { reason }] as const;
const mail = (outcome: string) => ['parley_mail_total', { outcome }] as const;
const claims = (outcome: string) => ['parley_claims_total', { outcome }] as const;
const fenced = (what: string) => ['parley_fenced_total', { what }] as const;
const restored = (what: string) => ['parley_restored_total', { what }] as const;
