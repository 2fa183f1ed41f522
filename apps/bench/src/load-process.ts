import { Child, surroundings } from '@parley/test/support/child.ts';

import { typescript } from './contestants/program.ts';
import { pin } from './pinning.ts';
import type { Found, HoldJob, Job, MeasuringJob } from './load/jobs/job.ts';

/** How long a load may take, in milliseconds. */
const PATIENCE_MS = 600_000;

/**
 * Runs a load in a process of its own and returns what it found.
 *
 * @throws Error with what it printed, when it failed or took too long
 */
export async function runLoad(job: MeasuringJob): Promise<Found> {
  let found: Found | undefined;
  const child = spawnLoad(job, (line) => {
    if (line.startsWith('{"found":')) found = (JSON.parse(line) as { found: Found }).found;
  });
  const impatience = setTimeout(() => child.kill('SIGKILL'), PATIENCE_MS);
  await child.exited;
  clearTimeout(impatience);
  if (!found) throw new Error(`the load "${job.name}" of ${job.dialect} found nothing:\n${child.output}`);
  return found;
}

/** Connections that stand until they are let go. */
export interface Held {
  /** How many the server has ended meanwhile. */
  readonly lost: number;
  release(): Promise<void>;
}

/**
 * Opens connections in a process of its own, and returns when all are there.
 *
 * @throws Error with what it printed, when that failed or took too long
 */
export async function holdOpen(job: HoldJob): Promise<Held> {
  let [isHeld, lost] = [false, 0];
  const child = spawnLoad(job, (line) => {
    if (line.startsWith('{"held":')) isHeld = true;
    if (line.startsWith('{"lost":')) ({ lost } = JSON.parse(line) as { lost: number });
  });
  await child.ready(() => isHeld, PATIENCE_MS);
  return {
    get lost() {
      return lost;
    },
    release: () => child.stop(),
  };
}

function spawnLoad(job: Job, onLine: (line: string) => void): Child {
  const child = new Child({
    name: `the load "${job.name}"`,
    path: process.execPath,
    args: [...typescript('load/main.ts'), JSON.stringify(job)],
    env: surroundings(),
    onLine,
  });
  pin('load', [child.pid]);
  return child;
}
