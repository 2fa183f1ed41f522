import { readFileSync } from 'node:fs';
import { setTimeout as pause } from 'node:timers/promises';

/** How far so many readings may differ when nothing grows or shrinks any more. */
const CALM = 0.005;
const CALM_READINGS = 4;
const MAX_READINGS = 60;
const BETWEEN_READINGS_MS = 400;

/**
 * Resident memory of processes when their garbage is collected and nothing changes any more, in bytes.
 *
 * @throws Error on a system without /proc
 */
export async function calmMemory(pids: readonly number[]): Promise<number> {
  const readings: number[] = [];
  while (readings.length < MAX_READINGS && !isCalm(readings.slice(-CALM_READINGS))) {
    for (const pid of pids) process.kill(pid, 'SIGUSR2'); // see programs/collect.mjs
    await pause(BETWEEN_READINGS_MS);
    readings.push(residentBytes(pids));
  }
  return readings.at(-1) ?? 0;
}

function isCalm(readings: readonly number[]): boolean {
  const [least, most] = [Math.min(...readings), Math.max(...readings)];
  return readings.length === CALM_READINGS && most - least < most * CALM;
}

/** Resident memory of processes as it is, in bytes. */
export function residentBytes(pids: readonly number[]): number {
  return pids.reduce((sum, pid) => sum + residentOf(pid), 0);
}

function residentOf(pid: number): number {
  const [, kilobytes] = /^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'latin1')) ?? [];
  if (kilobytes === undefined) throw new Error(`the system does not tell the memory of process ${pid}`);
  return Number(kilobytes) * 1_024;
}
