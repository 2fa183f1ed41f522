import { setTimeout as pause } from 'node:timers/promises';

import type { Running } from '../contestants/contestant.ts';
import { parley } from '../contestants/parley.ts';
import { watchCpu } from '../load/cpu.ts';
import type { Found } from '../load/jobs/job.ts';
import { type Held, holdOpen, runLoad } from '../load-process.ts';
import { calmMemory, residentBytes } from '../memory.ts';
import { redisMemory } from '../redis-watch.ts';
import { relayJob } from './relay.ts';
import type { Scale, Scenario } from './scenario.ts';

const NODES = 6;

/** As many as six processes may hold: each may open 20,000 files. */
const CONNECTIONS = 100_000;

/** Time for two beats of a node. */
const BEATS_MS = 5_000;

/** A cluster that is full. */
export const hold: Scenario = {
  name: 'hold',
  title: '100,000 joined connections on six node processes for five minutes (quick: 12,000 for 30 s)',
  isLong: true,
  maxRounds: 1,
  figures: [
    { name: 'held', title: 'connections', unit: 'held', better: 'more' },
    { name: 'lost', title: 'connections', unit: 'lost', better: 'less' },
    { name: 'bytes', title: 'resident memory of the nodes', unit: 'bytes a connection', better: 'less' },
    { name: 'grownBytes', title: 'growth of it meanwhile', unit: 'bytes a connection', better: 'less' },
    { name: 'redisBytes', title: 'memory of Redis', unit: 'bytes a connection', better: 'less' },
    { name: 'idleUs', title: 'processor time of nodes', unit: 'µs a connection and minute', better: 'less' },
    {
      name: 'serverUs',
      title: 'processor time of nodes',
      unit: 'µs a signal, beside all of them',
      better: 'less',
    },
  ],
  entrants: [{ name: 'Parley', measure: holdAll }],
  targets: [
    { figure: 'lost', limit: 0 },
    { figure: 'bytes', limit: 2_500 },
    { figure: 'grownBytes', limit: 50 },
  ],
};

/** Not bound to cores: twelve processes share them as they can. */
async function holdAll(scale: Scale): Promise<Found> {
  const running = await parley.start(NODES);
  try {
    return await watched(running, scale);
  } finally {
    await running.stop();
  }
}

async function watched(running: Running, scale: Scale): Promise<Found> {
  const { ports, redisUrl = '', watched: who } = running;
  const [count, forMs] = scale.isQuick ? [12_000, 30_000] : [CONNECTIONS, 300_000];
  const warm = await open(ports, scale.seed + 1_000, NODES * 500);
  const [before, redisBefore] = [await calmMemory(who.servers), await redisMemory(redisUrl)];
  const held = await open(ports, scale.seed, count);
  const [full, redisFull] = [await calmMemory(who.servers), await redisMemory(redisUrl)];

  const busyOf = watchCpu(who);
  await pause(forMs);
  const busy = busyOf();
  const after = Math.min(residentBytes(who.servers), await calmMemory(who.servers));
  // A collection of everything may cost a node a beat, and who is not sure of its cluster lets nobody in.
  await pause(BEATS_MS);
  const lost = [...warm, ...held].reduce((sum, one) => sum + one.lost, 0);
  const relayed = await runLoad(relayJob(100, parley, running, scale));
  await Promise.all([...warm, ...held].map((one) => one.release()));
  return {
    figures: {
      held: count,
      lost,
      bytes: (full - before) / count,
      grownBytes: (after - full) / count,
      redisBytes: (redisFull - redisBefore) / count,
      ...(busy.servers !== undefined && { idleUs: (busy.servers / count) * 60_000_000 }),
      ...(relayed.figures['serverUs'] !== undefined && { serverUs: relayed.figures['serverUs'] }),
    },
    busy,
  };
}

/** From as many processes as there are nodes, one after the other: together they would ask for more than they can answer. */
async function open(ports: readonly number[], seed: number, count: number): Promise<Held[]> {
  const all: Held[] = [];
  for (let part = 0; part < NODES; part++) {
    const share = Math.floor(count / NODES / 2) * 2 + (part < (count / 2) % NODES ? 2 : 0);
    all.push(
      await holdOpen({ name: 'hold', dialect: 'parley', ports, seed: seed * NODES + part, count: share }),
    );
  }
  return all;
}
