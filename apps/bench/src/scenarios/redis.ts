import { setTimeout as pause } from 'node:timers/promises';

import { socketIoCluster } from '../contestants/clustered.ts';
import type { Contestant, Running } from '../contestants/contestant.ts';
import { parley } from '../contestants/parley.ts';
import type { Found, PairingJob } from '../load/jobs/job.ts';
import { holdOpen, runLoad } from '../load-process.ts';
import { type RedisWork, watchRedis, workOfEach } from '../redis-watch.ts';
import { beside } from './beside.ts';
import type { Scale, Scenario } from './scenario.ts';

/** Signals of a pairing: an offer, an answer, and eight candidates each way. */
const SIGNALS = 18;

const IDLE = 1_000;

/** Two rounds of the renewals that a node does every 75 s. */
const IDLE_MS = 150_000;

type Share = Omit<RedisWork, 'elapsedMs'>;

/** What Redis is asked to do. Counts hardly vary, so they are not taken as often as the rest. */
export const redis: Scenario = {
  name: 'redis',
  title: 'Redis: whole pairings across two nodes, and 1,000 idle connections (quick: none)',
  maxRounds: 3,
  figures: [
    { name: 'pairingCommands', title: 'commands, PUBLISH apart', unit: 'a pairing', better: 'less' },
    { name: 'pairingPublishes', title: 'PUBLISH', unit: 'a pairing', better: 'less' },
    { name: 'pairingInScripts', title: 'commands inside scripts', unit: 'a pairing', better: 'less' },
    { name: 'pairingBytes', title: 'bytes to and from Redis', unit: 'a pairing', better: 'less' },
    { name: 'idleCommands', title: 'commands', unit: 'a connection and minute', better: 'less' },
    {
      name: 'idleInScripts',
      title: 'commands inside scripts',
      unit: 'a connection and minute',
      better: 'less',
    },
    { name: 'idleBytes', title: 'bytes to and from Redis', unit: 'a connection and minute', better: 'less' },
    { name: 'nodeCommands', title: 'commands of a node that nobody uses', unit: 'a minute', better: 'less' },
  ],
  entrants: beside([parley, socketIoCluster], 2, counted),
  targets: [
    { figure: 'pairingCommands', limit: 20 },
    { figure: 'pairingPublishes', limit: SIGNALS },
    { figure: 'idleCommands', limit: 2 },
  ],
};

async function counted(contestant: Contestant, running: Running, scale: Scale): Promise<Found> {
  const nobody = await beforeAnybody(contestant, running, scale);
  const figures = {
    nodeCommands: (nobody.commands / running.ports.length / nobody.elapsedMs) * 60_000,
    ...named('pairing', await pairings(contestant, running, scale, nobody)),
    ...(!scale.isQuick && named('idle', await idleMinutes(contestant, running, scale, nobody))),
  };
  return { figures, busy: { load: 0 } };

  function named(what: string, { commands, publishes, inScripts, bytes }: Share): Record<string, number> {
    return {
      [`${what}Commands`]: commands,
      [`${what}Publishes`]: publishes,
      [`${what}InScripts`]: inScripts,
      [`${what}Bytes`]: bytes,
    };
  }
}

/** What nodes do that nobody uses, once they have loaded what they need with the first use. */
async function beforeAnybody(contestant: Contestant, running: Running, scale: Scale): Promise<RedisWork> {
  await runLoad(pairingJob(contestant, running, scale.seed * 100, 20));
  return watchRedis(running.redisUrl ?? '', () => pause(scale.isQuick ? 3_000 : 20_000));
}

/** Of one pairing. */
async function pairings(
  contestant: Contestant,
  running: Running,
  scale: Scale,
  nobody: RedisWork,
): Promise<Share> {
  const count = scale.isQuick ? 50 : 300;
  const job = pairingJob(contestant, running, scale.seed * 100 + 1, count);
  return workOfEach(await watchRedis(running.redisUrl ?? '', () => runLoad(job)), nobody, count);
}

/** Of one connection in a minute. */
async function idleMinutes(
  { dialect }: Contestant,
  running: Running,
  scale: Scale,
  nobody: RedisWork,
): Promise<Share> {
  const { ports, redisUrl = '' } = running;
  const held = await holdOpen({ name: 'hold', dialect, ports, seed: scale.seed, count: IDLE });
  await pause(1_000);
  const work = await watchRedis(redisUrl, () => pause(IDLE_MS));
  await held.release();
  return workOfEach(work, nobody, (IDLE * work.elapsedMs) / 60_000);
}

function pairingJob(
  { dialect }: Contestant,
  { ports, watched }: Running,
  seed: number,
  count: number,
): PairingJob {
  return { name: 'pairing', dialect, ports, watched, seed, atOnce: 4, warmup: 0, count };
}
