/** A stretch of time, in milliseconds of this process's monotonic clock. */
export interface Interval {
  readonly fromMs: number;
  readonly toMs: number;
}

/** How much of the stretch lies in these others, which do not overlap. */
export function overlapMs({ fromMs, toMs }: Interval, others: readonly Interval[]): number {
  return others.reduce(
    (sum, other) => sum + Math.max(0, Math.min(toMs, other.toMs) - Math.max(fromMs, other.fromMs)),
    0,
  );
}

/**
 * The most moments within any stretch of this length. It is enough to look at those that begin with a moment.
 *
 * @param windowMs open at its end
 */
export function mostWithin(momentsMs: readonly number[], windowMs: number): number {
  const sorted = momentsMs.toSorted((one, other) => one - other);
  let most = 0;
  let first = 0;
  for (const [last, moment] of sorted.entries()) {
    while (moment - (sorted[first] ?? moment) >= windowMs) first += 1;
    most = Math.max(most, last - first + 1);
  }
  return most;
}
