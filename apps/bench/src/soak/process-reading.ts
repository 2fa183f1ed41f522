import { readdir, readFile } from 'node:fs/promises';

/** What the kernel says of a process. */
export interface ProcessReading {
  /** Memory it has in RAM. */
  readonly residentBytes: number;
  /** Sockets included. */
  readonly openFiles: number;
  /** Processor time it has used since its start, in milliseconds. */
  readonly busyMs: number;
}

/**
 * Looks at a process from outside, in `/proc`.
 *
 * @throws Error when it has ended, and wherever there is no such folder
 */
export async function readProcess(pid: number): Promise<ProcessReading> {
  const [status, stat, files] = await Promise.all([
    readFile(`/proc/${pid}/status`, 'utf8'),
    readFile(`/proc/${pid}/stat`, 'utf8'),
    readdir(`/proc/${pid}/fd`),
  ]);
  const [, residentKilobytes] = /^VmRSS:\s+(\d+) kB$/m.exec(status) ?? [];
  // The name of the program stands in brackets and may hold spaces. After it: the state, then by number 4 and further.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  const ticks = Number(fields[11]) + Number(fields[12]);
  return {
    residentBytes: Number(residentKilobytes) * 1_024,
    openFiles: files.length,
    busyMs: (ticks * 1_000) / TICKS_PER_SECOND,
  };
}

/** USER_HZ: what the kernel tells programs, on every common machine. */
const TICKS_PER_SECOND = 100;
