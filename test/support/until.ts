import { setTimeout as pause } from 'node:timers/promises';

/** What a probe answers while something is still missing. */
export type Missing = undefined | null | false;

/**
 * Waits until `probe` answers anything but `undefined`, `null` or `false`, and returns that answer.
 *
 * A probe that throws is asked again, so an `expect(…)` inside it says what is still missing: the last one thrown
 * stands in the error of the time-out. A probe that hangs counts as one that has not answered.
 *
 * @param what completes the sentence "waited for …"
 * @param deadlineMs how long to wait, in milliseconds
 */
export async function until<T>(
  what: string,
  probe: () => T | Missing | Promise<T | Missing>,
  deadlineMs = 10_000,
): Promise<T> {
  const deadline = performance.now() + deadlineMs;
  let lastThrown: unknown;
  for (let pauseMs = 2; ; pauseMs = Math.min(pauseMs * 1.5, 100)) {
    try {
      const answer = await within(deadline, probe);
      if (answer !== undefined && answer !== null && answer !== false) return answer;
    } catch (thrown) {
      lastThrown = thrown;
    }
    const leftMs = deadline - performance.now();
    if (leftMs <= 0) break;
    await pause(Math.min(pauseMs, leftMs));
  }
  const missing = lastThrown instanceof Error ? `: ${lastThrown.message}` : '';
  throw new Error(`waited ${deadlineMs} ms for ${what}${missing}`, { cause: lastThrown });
}

/** The probe's answer, or `undefined` when the deadline comes first. */
async function within<T>(deadline: number, probe: () => T | Promise<T>): Promise<T | undefined> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<undefined>((resolve) => {
    timer = setTimeout(resolve, Math.max(deadline - performance.now(), 1), undefined);
  });
  try {
    return await Promise.race([probe(), late]);
  } finally {
    clearTimeout(timer);
  }
}
