import type { Clock } from './ports/clock.ts';

/** Resolves after so long. */
export const pause = (clock: Clock, ms: number) => new Promise<void>((resolve) => clock.after(ms, resolve));

/** Resolves when it is no longer so, looked at every `everyMs`, or when `mostMs` have passed. */
export async function waitWhile(
  isSo: () => boolean,
  { clock, everyMs, mostMs }: { clock: Clock; everyMs: number; mostMs: number },
): Promise<void> {
  const deadlineMs = clock.nowMs() + mostMs;
  while (isSo() && clock.nowMs() < deadlineMs) await pause(clock, everyMs);
}
