import { setTimeout as pause } from 'node:timers/promises';

import { afterEach, describe, expect, it } from 'vitest';

import { has } from '../support/programs.ts';
import { Chance } from './support/chance.ts';
import { Chatter } from './support/chatter.ts';
import { History, type SocketRecord } from './support/history.ts';
import { mostWithin } from './support/interval.ts';
import { ResumingClient, type ClientOptions } from './support/resuming-client.ts';
import { BalancedNodes } from './support/balanced-nodes.ts';
import { until } from '../support/until.ts';

/** What a busy machine may add to a moment. */
const SLACK_MS = 1_500;

const settings = {
  PARLEY_AUTH: 'none',
  PARLEY_MAX_SESSIONS_PER_ADDRESS: '0',
  PARLEY_DRAIN_MS: '10000',
  // HAProxy asks once a second and wants to be told twice.
  PARLEY_DRAIN_WAIT_MS: '2500',
};

const toStop: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const stop of toStop.splice(0).toReversed()) await stop();
});

describe.runIf(has('redis-server') && has('haproxy'))('three nodes behind HAProxy, restarted in turn', () => {
  it('lose nothing, and nobody is seen as away', { timeout: 180_000 }, async () => {
    const { cluster, history, clients } = await gather(3, 90);
    const chatter = new Chatter(clients, new Chance(1), 200);
    chatter.start();
    for (let place = 0; place < 3; place += 1) await cluster.restart(place);
    await pause(1_000);
    chatter.stop();
    await until('every signal to have its answer', () => [...history.signals.values()].every(isAnswered));
    await until('every signal to be heard', () => history.hearings.length >= history.signals.size);

    expectNothingLost(history);
    expect(history.news.filter(({ type }) => type !== 'peer-joined')).toEqual([]);
    expect(history.oddities).toEqual([]);
    const moves = movesOf(history);
    expectEverybodyBackInTime(moves);
    expectNoRush(moves);
  });

  it(
    'see as away whoever does not listen to going-away, until it comes back',
    { timeout: 120_000 },
    async () => {
      const { cluster, history, clients } = await gather(2, 12, { followsGoingAway: false });
      await cluster.restart(0);
      await until('everybody to be back', () => clients.every(({ isSettled }) => isSettled), 20_000);
      const closed = history.sockets.filter(({ end }) => end?.code === 4000);
      expect(closed.length).toBeGreaterThan(0);
      // In each room is one other.
      await until('news of everybody', () => ofType(history, 'peer-back').length === closed.length);
      expect(ofType(history, 'peer-away')).toHaveLength(closed.length);
      expect(ofType(history, 'peer-left')).toEqual([]);
    },
  );
});

/** So many clients, two by two or three by three in rooms, through HAProxy. */
async function gather(nodes: number, peers: number, options: Partial<ClientOptions> = {}) {
  const cluster = await BalancedNodes.start(nodes, settings);
  toStop.push(() => cluster.stop());
  const history = new History();
  const clients = Array.from({ length: peers }, (_, number) => {
    const rooms = [`room-${number % (peers / nodes)}`];
    const chance = new Chance(number);
    return new ResumingClient({
      name: `peer-${number}`,
      urls: () => [cluster.url],
      rooms,
      history,
      chance,
      ...options,
    });
  });
  toStop.push(async () => void (await Promise.all(clients.map((client) => client.stop()))));
  for (const client of clients) client.start();
  await until('everybody to have a seat', () => clients.every(({ isSettled }) => isSettled), 30_000);
  await until('everybody to see the others', () =>
    clients.every(({ sight, rooms }) => rooms.every((room) => sight.others(room).length === nodes - 1)),
  );
  return { cluster, history, clients };
}

const isAnswered = ({ answers }: { readonly answers: readonly unknown[] }) => answers.length > 0;
const ofType = ({ news }: History, wanted: string) => news.filter(({ type }) => type === wanted);

/** Every signal was delivered or kept, and arrived once. */
function expectNothingLost({ signals, hearings }: History): void {
  const others = [...signals.values()].filter(
    ({ answers }) => answers.length !== 1 || answers.some(({ type }) => type === 'error'),
  );
  expect(others).toEqual([]);
  expect(hearings.map(({ id }) => id).toSorted()).toEqual([...signals.keys()].toSorted());
  expect(signals.size).toBeGreaterThan(3_000);
}

/** Whoever was told to go has another socket at its time, a moment later at most, and is who it was. */
function expectEverybodyBackInTime(moves: readonly Move[]): void {
  expect(moves.length).toBeGreaterThanOrEqual(90);
  for (const { told, next } of moves) {
    expect(next.welcome).toMatchObject({
      resumed: true,
      peer: told.welcome?.peer,
      instance: told.welcome?.instance,
    });
    expect(next.welcome!.atMs - dueAtMs(told)).toBeLessThan(SLACK_MS);
  }
}

/**
 * In no second, wherever it begins, come more than twice as many as the node planned for one: those that it told to go, spread
 * evenly over the time between the first and the last.
 */
function expectNoRush(moves: readonly Move[]): void {
  for (const drain of drainsOf(moves)) {
    const dueMs = drain.map(({ told }) => dueAtMs(told));
    const spreadMs = Math.max(...dueMs) - Math.min(...dueMs);
    expect(spreadMs).toBeGreaterThan(3_000);
    const plannedPerSecond = (drain.length - 1) / (spreadMs / 1_000);
    const most = mostWithin(
      drain.map(({ next }) => next.triedAtMs),
      1_000,
    );
    expect(most).toBeLessThanOrEqual(2 * plannedPerSecond);
  }
}

/** A client that was told to go, and the socket that it had next. */
interface Move {
  readonly told: SocketRecord;
  readonly next: SocketRecord;
}

function movesOf({ sockets }: History): Move[] {
  return sockets
    .filter(({ goingAway }) => goingAway !== undefined)
    .map((told) => {
      const next = sockets.find(
        ({ client, triedAtMs }) => client === told.client && triedAtMs > told.triedAtMs,
      );
      if (!next) throw new Error(`${told.client} was told to go and stayed`);
      return { told, next };
    });
}

/** The moves of each node: it tells all its sessions in one moment, and the next node comes many seconds later. */
function drainsOf(moves: readonly Move[]): Move[][] {
  const drains: Move[][] = [];
  for (const move of moves.toSorted((one, other) => toldAtMs(one) - toldAtMs(other))) {
    const drain = drains.at(-1);
    if (drain && toldAtMs(move) - toldAtMs(drain[0]!) < 2_000) drain.push(move);
    else drains.push([move]);
  }
  return drains;
}

const toldAtMs = ({ told }: Move) => told.goingAway?.atMs ?? 0;
const dueAtMs = ({ goingAway }: SocketRecord) => (goingAway?.atMs ?? 0) + (goingAway?.reconnectAfterMs ?? 0);
