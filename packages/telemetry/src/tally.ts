/** What a value outside its closed list is counted under; seen in a scrape, it is a fault of this software. */
export const OTHER = 'other';

/** Counts without a label. */
export class Count {
  value = 0;

  add(by = 1): void {
    this.value += by;
  }
}

/** Counts by the values of one label. Each value on its list starts at 0, so that its first increase is seen as one. */
export class Tally {
  readonly #counts: ReadonlyMap<string, Count>;
  readonly #other = new Count();

  constructor(values: readonly string[]) {
    this.#counts = new Map(values.map((value) => [value, new Count()]));
  }

  add(value: string, by = 1): void {
    (this.#counts.get(value) ?? this.#other).add(by);
  }

  /** {@link OTHER} only if there was one. */
  *entries(): Iterable<readonly [value: string, count: number]> {
    for (const [value, { value: count }] of this.#counts) yield [value, count];
    if (this.#other.value > 0) yield [OTHER, this.#other.value];
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
