import { spawnSync } from 'node:child_process';
import { accessSync, constants } from 'node:fs';
import { availableParallelism } from 'node:os';

const TASKSET = '/usr/bin/taskset';

/** Servers share the first core and the load has the second: what is compared is what one core of server does. */
const CORES = { server: 0, load: 1 } as const;

/** Whether processes can be bound to cores here: on Linux with `taskset`, on two cores or more. */
export const canPin = process.platform === 'linux' && availableParallelism() > 1 && isExecutable(TASKSET);

/** Binds processes with all their threads to the core of their side, where that can be done. */
export function pin(side: keyof typeof CORES, pids: readonly number[]): void {
  if (!canPin) return;
  for (const pid of pids)
    spawnSync(TASKSET, ['--all-tasks', '--pid', '--cpu-list', String(CORES[side]), String(pid)]);
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false; // not there: the kernel chooses the cores
  }
}
