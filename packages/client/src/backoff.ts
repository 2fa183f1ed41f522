const FIRST_MS = 500;
const MOST_MS = 10_000;

/**
 * How long to wait before the next attempt: anything from nothing to a bound that doubles with each failure (full jitter),
 * so that the clients of a node that died do not all come back in the same moment.
 */
export function backoffMs(failures: number, random = Math.random()): number {
  return random * Math.min(MOST_MS, FIRST_MS * 2 ** failures);
}
