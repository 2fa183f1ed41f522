import type { Reading } from '@parley/core';

/** The last arguments of a script; see `read_reading` of `scripts/shared/arguments.lua`. */
export function readingArgs({ awayMs, mercyUntilMs, lostUntilMs, lost }: Reading): (string | number)[] {
  return [awayMs, mercyUntilMs, lostUntilMs, ...lost];
}
