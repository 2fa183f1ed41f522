import { setTimeout as pause } from 'node:timers/promises';

import { tokenFor } from '../../support/tokens.ts';
import { until } from '../../support/until.ts';
import { Account } from './account.ts';
import { Chance } from './chance.ts';
import { Chatter } from './chatter.ts';
import { FaultyCluster } from './faulty-cluster.ts';
import { inflictAll } from './inflict.ts';
import { judgeAccount } from './judge-account.ts';
import { scheduleOf } from './schedule.ts';
import { Talker, type TalkerOptions } from './talker.ts';
import { settings, type TrialOptions, type Verdict } from './trial.ts';

const NODES = 3;
const TALKERS = 12;
const ROOMS = 4;
const SAYINGS_PER_SECOND = 150;

/** Longer than a peer may come back, and than the longest pause of a client. */
const HEALED_WITHIN_MS = 45_000;
/** The SDK says again what is not acknowledged, after half a minute at the latest. */
const SETTLED_WITHIN_MS = 35_000;

/**
 * The same cluster and the same faults as in `runTrial`, and twelve programs with the SDK in four rooms that talk without a pause; then
 * quiet, and a judge of what the programs were told.
 */
export async function runAccountTrial({
  seed,
  durationMs,
}: TrialOptions): Promise<Verdict<ReturnType<typeof judgeAccount>>> {
  const planned = scheduleOf(seed, durationMs);
  const cluster = await FaultyCluster.start(NODES, settings);
  const account = new Account();
  const talkers: Talker[] = [];
  try {
    for (let number = 0; number < TALKERS; number += 1)
      talkers.push(await Talker.start(talkerOptions(number, cluster, account)));
    const chatter = new Chatter(talkers, new Chance(0), SAYINGS_PER_SECOND);
    chatter.start();
    await Promise.all([inflictAll(planned, cluster, talkers), pause(durationMs)]);
    chatter.stop();
    const unreached = await callRoll(talkers, account);
    const wrongs = judgeAccount({ account, unreached });
    return { seed, durationMs, planned, wrongs, counts: countsOf(talkers, account) };
  } finally {
    await Promise.all(talkers.map((talker) => talker.stop()));
    await cluster.stop();
  }
}

/** Each room has three or four members at three nodes; every third talker is in a second room; every third is a fixed peer. */
function talkerOptions(number: number, cluster: FaultyCluster, account: Account): TalkerOptions {
  const rooms = number % 3 === 0 ? [number % ROOMS, (number + 1) % ROOMS] : [number % ROOMS];
  const name = `talker-${number}`;
  const chance = new Chance(number);
  return {
    name,
    lead(last) {
      const ports = cluster.urls.map((url) => Number(new URL(url).port));
      return chance.oneOf(ports.filter((port) => port !== last)) ?? 0;
    },
    rooms: rooms.map((room) => `room-${room}`),
    account,
    token: tokenFor(name, number % 3 === 1 ? { peer: name } : {}),
  };
}

/** When all is well again, everybody says one more thing to everybody. Answers what was not heard, or who could not even try. */
async function callRoll(talkers: readonly Talker[], account: Account): Promise<string[]> {
  const othersFor = (talker: Talker) => (room: string) =>
    talkers.filter((other) => other !== talker && other.rooms.includes(room)).map(({ life }) => life);
  const areSettled = () => talkers.every((talker) => talker.isSettled(othersFor(talker)));
  await until('quiet', areSettled, HEALED_WITHIN_MS).catch(() => {});
  if (!areSettled()) return talkers.map((talker) => talker.describe());
  const calls = talkers.flatMap((talker) =>
    talker.rooms.flatMap((room) => talker.sight.others(room).map((other) => talker.signal(room, other))),
  );
  await until('an end of everything', () => account.pending.length === 0, SETTLED_WITHIN_MS).catch(() => {});
  const heard = account.heard;
  return calls.filter((id) => id === undefined || !heard.has(id)).map((id) => `${id} was not heard`);
}

/** What a trial is worth: one in which nothing happened proves nothing. */
function countsOf(talkers: readonly Talker[], account: Account): Record<string, number> {
  const { heard } = account;
  const returned = [...account.sayings.values()].filter((saying) => saying.returned.length > 0);
  const reasons = new Map<string, number>();
  for (const { returned: why } of returned) {
    const reason = `returned as ${why.join(' and ')}`;
    reasons.set(reason, (reasons.get(reason) ?? 0) + 1);
  }
  const later = talkers.flatMap(({ welcomes }) => welcomes.slice(1));
  return {
    sent: account.sayings.size,
    heard: account.hearsays.length,
    ...Object.fromEntries(reasons),
    'heard and returned': returned.filter(({ id }) => heard.has(id)).length,
    resumed: later.filter(({ resumed }) => resumed).length,
    strangers: later.filter(({ resumed }) => !resumed).length,
  };
}
