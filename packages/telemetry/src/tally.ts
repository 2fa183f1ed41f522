/** What a value outside its closed list is counted under; seen in a scrape, it is a fault of this software. */
export const OTHER = 'other';

/** Counts by the values of one label. Each value on its list starts at 0, so that its first increase is seen as one. */
export class Tally {
  readonly #counts: Map<string, number>;

  constructor(values: readonly string[]) {
    this.#counts = new Map(values.map((value) => [value, 0]));
  }

  add(value: string, by = 1): void {
    const counted = this.#counts.has(value) ? value : OTHER;
    this.#counts.set(counted, (this.#counts.get(counted) ?? 0) + by);
  }

  entries(): Iterable<readonly [value: string, count: number]> {
    return this.#counts;
  }
}

/** Counts without a label. */
export class Count {
  value = 0;

  add(by = 1): void {
    this.value += by;
  }
}

/** How many durations fell into each bucket. */
export class Buckets {
  readonly upperBounds: readonly number[];
  /** One for each bound, not cumulative; what is above the last is only in `count`. */
  readonly counts: number[];
  count = 0;
  sum = 0;

  constructor(upperBounds: readonly number[]) {
    this.upperBounds = upperBounds;
    this.counts = upperBounds.map(() => 0);
  }

  observe(value: number): void {
    this.count += 1;
    this.sum += value;
    // Most durations are short, so this ends early; a plain loop, because a callback would be garbage for every signal.
    for (let index = 0; index < this.upperBounds.length; index += 1) {
      if (value > (this.upperBounds[index] ?? 0)) continue;
      this.counts[index] = (this.counts[index] ?? 0) + 1;
      return;
    }
  }
}
