import { Child, surroundings } from '@parley/test/support/child.ts';

import { typescript } from './contestants/program.ts';
import { pin } from './pinning.ts';
import type { Found, Job } from './load/jobs/job.ts';

/** How long a load may take, in milliseconds. */
const PATIENCE_MS = 180_000;

/**
 * Runs a load in a process of its own and returns what it found.
 *
 * @throws Error with what it printed, when it failed or took too long
 */
export async function runLoad(job: Job): Promise<Found> {
  let found: Found | undefined;
  const child = new Child({
    name: `the load "${job.name}"`,
    path: process.execPath,
    args: [...typescript('load/main.ts'), JSON.stringify(job)],
    env: surroundings(),
    onLine(line) {
      if (line.startsWith('{"found":')) found = (JSON.parse(line) as { found: Found }).found;
    },
  });
  pin('load', [child.pid]);
  const impatience = setTimeout(() => child.kill('SIGKILL'), PATIENCE_MS);
  await child.exited;
  clearTimeout(impatience);
  if (!found) throw new Error(`the load "${job.name}" of ${job.dialect} found nothing:\n${child.output}`);
  return found;
}
