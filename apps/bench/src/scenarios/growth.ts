import type { Running } from '../contestants/contestant.ts';
import { parley } from '../contestants/parley.ts';
import type { Found, RelayJob } from '../load/jobs/job.ts';
import { holdOpen, runLoad } from '../load-process.ts';
import { measured } from './beside.ts';
import { relayJob } from './relay.ts';
import type { Entrant, Figure, Scale, Scenario } from './scenario.ts';

/** How much dearer a signal may become, from one size to the next that is shown. */
const FLAT = 1.2;

/** Pairs that signal: as many as two rooms of 64 and more hold, so that each size of room has the same work. */
const PAIRS = 128;

/** Nodes share one core here: each has as much to do as any other, and as much time to get warm. */
const PAIRS_OF_A_NODE = 64;

const figures: readonly Figure[] = [
  { name: 'serverUs', title: 'processor time of all nodes', unit: 'µs a signal', better: 'less' },
  { name: 'redisUs', title: 'processor time of Redis', unit: 'µs a signal', better: 'less' },
];

/** More nodes: what a signal costs must not depend on how many others there are. */
export const growthNodes: Scenario = {
  name: 'growth-nodes',
  title: 'Growth in nodes: what a signal costs, from the next node over where there is one',
  isThorough: true,
  figures,
  entrants: [1, 2, 4].map((nodes) =>
    grown(`Parley, nodes: ${nodes}`, nodes, (running, scale) => {
      const { warmupMs } = relayJob(0, parley, running, scale);
      return signals(running, scale, { pairs: PAIRS_OF_A_NODE * nodes, warmupMs: warmupMs * nodes });
    }),
  ),
  targets: [{ figure: 'serverUs', of: 'Parley, nodes: 4', beside: ['Parley, nodes: 2'], limit: FLAT }],
};

/** More sockets on the same node, idle ones. */
export const growthSockets: Scenario = {
  name: 'growth-sockets',
  title: 'Growth in sockets: what a signal costs beside idle connections of the same node',
  isThorough: true,
  figures,
  entrants: [1_000, 5_000, 18_000].map((count) =>
    grown(`Parley, idle: ${count}`, 1, async (running, scale) => {
      const { ports } = running;
      const held = await holdOpen({ name: 'hold', dialect: 'parley', ports, seed: scale.seed, count });
      const found = await signals(running, scale);
      await held.release();
      return found;
    }),
  ),
  targets: [{ figure: 'serverUs', of: 'Parley, idle: 18000', beside: ['Parley, idle: 1000'], limit: FLAT }],
};

/** Larger rooms, with the same number of pairs that signal. */
export const growthRooms: Scenario = {
  name: 'growth-rooms',
  title: 'Growth of rooms: what a signal costs in rooms of 2 to 64',
  isThorough: true,
  figures,
  entrants: [2, 8, 64].map((roomSize) =>
    grown(`Parley, room of ${roomSize}`, 1, (running, scale) => signals(running, scale, { roomSize })),
  ),
  targets: [{ figure: 'serverUs', of: 'Parley, room of 64', beside: ['Parley, room of 2'], limit: FLAT }],
};

function grown(
  name: string,
  nodes: number,
  work: (running: Running, scale: Scale) => Promise<Found>,
): Entrant {
  return { name, measure: (scale) => measured(parley, nodes, (running) => work(running, scale)) };
}

const signals = (running: Running, scale: Scale, more: Partial<RelayJob> = {}) =>
  runLoad({ ...relayJob(PAIRS, parley, running, scale), ...more });
