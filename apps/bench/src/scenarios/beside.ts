import type { Contestant, Running } from '../contestants/contestant.ts';
import type { Found } from '../load/jobs/job.ts';
import { pin } from '../pinning.ts';
import type { Entrant, Scale } from './scenario.ts';

/** The contestants as entrants: each is started with so many nodes, put on its core, measured, and stopped whatever happens. */
export function beside(
  contestants: readonly Contestant[],
  nodes: number,
  work: (contestant: Contestant, running: Running, scale: Scale) => Promise<Found>,
): Entrant[] {
  return contestants.map((contestant) => ({
    name: contestant.name,
    measure: (scale) => measured(contestant, nodes, (running) => work(contestant, running, scale)),
  }));
}

/** Starts it, has it measured, and stops it. */
export async function measured<T>(
  contestant: Contestant,
  nodes: number,
  work: (running: Running) => Promise<T>,
): Promise<T> {
  const running = await contestant.start(nodes);
  try {
    const { servers, redis } = running.watched;
    pin('server', [...servers, ...(redis === undefined ? [] : [redis])]);
    return await work(running);
  } finally {
    await running.stop();
  }
}
