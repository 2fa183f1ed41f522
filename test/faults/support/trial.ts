import { setTimeout as pause } from 'node:timers/promises';

import { jwtSettings, tokenFor } from '../../support/tokens.ts';
import { until } from '../../support/until.ts';
import { Chance } from './chance.ts';
import { Chatter } from './chatter.ts';
import type { FinalSight, Findings } from './evidence.ts';
import { FaultyCluster } from './faulty-cluster.ts';
import { History, type SignalRecord } from './history.ts';
import { inflictAll } from './inflict.ts';
import { complaintsOf, leftoversOf } from './inspection.ts';
import { judge } from './judge.ts';
import { ResumingClient } from './resuming-client.ts';
import { scheduleOf, type Planned } from './schedule.ts';

export interface TrialOptions {
  /** Decides what befalls the cluster. */
  readonly seed: number;
  /** How long it is befallen. */
  readonly durationMs: number;
}

/** How a trial ended. `Wrongs`: by what is broken, how. */
export interface Verdict<Wrongs = ReturnType<typeof judge>> {
  readonly seed: number;
  readonly durationMs: number;
  readonly planned: readonly Planned[];
  readonly wrongs: Wrongs;
  readonly counts: Readonly<Record<string, number>>;
}

const NODES = 3;
const PEERS = 60;
const ROOMS = 20;
const SIGNALS_PER_SECOND = 180;

/** How long a peer may come back: longer than a node is frozen, and short, because what is over can be seen only afterwards. */
const WINDOW_MS = 15_000;
/** What a node leaves in Redis stays for its life: the window and this. */
const LIFE_BEYOND_WINDOW_MS = 105_000;
const BURIAL_MS = 2_000;

/** Beyond what is promised, and what a judge forgives. */
const LATEST_ANSWER_MS = 5_000;

/** Of every node of a trial. */
export const settings = {
  ...jwtSettings,
  PARLEY_MAX_SESSIONS_PER_ADDRESS: '0',
  PARLEY_RESUME_WINDOW_MS: String(WINDOW_MS),
  PARLEY_DRAIN_MS: '4000',
  PARLEY_DRAIN_WAIT_MS: '500',
};

/**
 * A cluster of three nodes, sixty peers in twenty rooms that signal without a pause, and everything that may befall them; then
 * quiet, and a judge.
 */
export async function runTrial({ seed, durationMs }: TrialOptions): Promise<Verdict> {
  const planned = scheduleOf(seed, durationMs);
  const cluster = await FaultyCluster.start(NODES, settings);
  const history = new History();
  const endWatch = history.watchStalls();
  const clients = peersOf(cluster, history);
  try {
    for (const client of clients) client.start();
    await until('everybody to have a seat', () => clients.every(({ isSettled }) => isSettled), 30_000);
    const chatter = new Chatter(clients, new Chance(0), SIGNALS_PER_SECOND);
    chatter.start();
    await Promise.all([inflictAll(planned, cluster, clients), pause(durationMs)]);
    chatter.stop();
    await allAnswered(history);
    await healed(cluster, clients);
    const unreached = await callRoll(clients, history);
    const { leftovers, buried } = await buryTheDead(cluster);
    const findings: Findings = {
      history,
      endedAtMs: performance.now(),
      windowMs: WINDOW_MS,
      frozen: cluster.frozen,
      losses: cluster.losses,
      sights: clients.map(sightOf),
      unreached,
      leftovers,
      complaints: await complaintsOf(cluster),
    };
    return { seed, durationMs, planned, wrongs: judge(findings), counts: { ...countsOf(history), buried } };
  } finally {
    endWatch();
    await Promise.all(clients.map((client) => client.stop()));
    await cluster.stop();
  }
}

/** Looks what is left of nodes whose life is over, and waits for the first of them if that will be soon. */
async function buryTheDead(cluster: FaultyCluster): ReturnType<typeof leftoversOf> {
  const lifeMs = WINDOW_MS + LIFE_BEYOND_WINDOW_MS + BURIAL_MS;
  const ends = cluster.lives.flatMap(({ end }) => (end ? [end.atMs] : []));
  const leftMs = Math.min(...ends) + lifeMs - performance.now();
  // A timer may be a moment early.
  if (leftMs > 0 && leftMs < 5 * BURIAL_MS) await pause(leftMs + 100);
  return leftoversOf(cluster, performance.now() - lifeMs);
}

/** Each room has three members at three nodes to begin with; every third peer is in a second room; every third has a fixed name. */
function peersOf(cluster: FaultyCluster, history: History): ResumingClient[] {
  return Array.from({ length: PEERS }, (_, number) => {
    const rooms = number % 3 === 0 ? [number % ROOMS, (number + 7) % ROOMS] : [number % ROOMS];
    const name = `peer-${number}`;
    let tries = number;
    return new ResumingClient({
      name,
      urls: () => (tries++ === number ? [cluster.urls[number % NODES] ?? ''] : cluster.urls),
      rooms: rooms.map((room) => `room-${room}`),
      history,
      chance: new Chance(number),
      token: tokenFor(name, number % 3 === 1 ? { peer: name } : {}),
      patienceMs: 4_000 + (number % 5) * 2_000,
      mostBackoffMs: 3_000,
    });
  });
}

/** Waits for the answers that are still to come, or until it is certain that they never will. */
async function allAnswered({ signals }: History): Promise<void> {
  const isDecided = ({ answers, sender }: SignalRecord) => answers.length > 0 || sender.end !== undefined;
  await until('answers', () => [...signals.values()].every(isDecided), LATEST_ANSWER_MS).catch(() => {});
}

/** Nothing is in trouble any more, and everybody has had the time to find out: views agree, or never will. */
async function healed(cluster: FaultyCluster, clients: readonly ResumingClient[]): Promise<void> {
  // If not, the judge hears of it from the nodes, or from the peers.
  await cluster.gathered().catch(() => {});
  const isQuiet = () =>
    clients.every(({ isSettled }) => isSettled) &&
    clients.every(({ sight }) =>
      sight.rooms.every((room) => sight.others(room).every(({ isAway }) => !isAway)),
    ) &&
    clients.every((client) =>
      [...sightOf(client).rooms].every(([room, seen]) => seen.length === crowd(clients, room) - 1),
    );
  await until('quiet', isQuiet, WINDOW_MS + 30_000).catch(() => {});
}

/** Everybody says one more thing to everybody it sees; answers what did not arrive as delivered. */
async function callRoll(clients: readonly ResumingClient[], history: History): Promise<string[]> {
  const calls = clients.flatMap((client) =>
    client.sight.rooms.flatMap((room) =>
      client.sight.others(room).map((other) => client.signal(room, other)),
    ),
  );
  const isHeard = (id: string) => history.hearings.some((hearing) => hearing.id === id);
  const unreached = () => calls.filter((call) => call?.answers[0]?.type !== 'delivered' || !isHeard(call.id));
  await until('everybody to hear everybody', () => unreached().length === 0, 5_000).catch(() => {});
  return unreached().map((call) => {
    if (!call) return 'somebody had no socket to say anything on';
    const [answer] = call.answers;
    return `${call.id} to ${call.to.peer}: ${answer?.code ?? answer?.type ?? 'no answer'}`;
  });
}

function sightOf({ name, life, sight, rooms }: ResumingClient): FinalSight {
  return {
    client: name,
    ...(life && { life }),
    rooms: new Map(rooms.map((room) => [room, sight.others(room)])),
  };
}

const crowd = (clients: readonly ResumingClient[], room: string) =>
  clients.filter(({ rooms }) => rooms.includes(room)).length;

/** What a trial is worth: one in which nothing happened proves nothing. */
function countsOf({ signals, hearings, sockets, stalls }: History): Record<string, number> {
  const answers = [...signals.values()].flatMap((signal) => signal.answers);
  const answered = new Map<string, number>();
  for (const { type, code = type } of answers) answered.set(code, (answered.get(code) ?? 0) + 1);
  const welcomes = sockets.flatMap(({ welcome, offeredResume }) =>
    welcome ? [{ ...welcome, offeredResume }] : [],
  );
  return {
    sent: signals.size,
    heard: hearings.length,
    ...Object.fromEntries(answered),
    resumed: welcomes.filter(({ resumed }) => resumed).length,
    strangers: welcomes.filter(({ resumed, offeredResume }) => offeredResume && !resumed).length,
    stalls: stalls.length,
  };
}
