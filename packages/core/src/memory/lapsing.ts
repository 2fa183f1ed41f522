import type { Clock } from '../ports/clock.ts';

/** At most so often does a call pay for looking through everything. */
const SWEEP_INTERVAL_MS = 10_000;

/**
 * A map whose records end by themselves, as keys with a TTL do: what has ended is gone for whoever looks, and is thrown away
 * soon after, so that a server that never restarts does not grow.
 */
export class Lapsing<Key, Value extends object> {
  readonly #clock: Clock;
  readonly #endOf: (value: Value) => number;
  #records = new Map<Key, Value>();
  #sweepAtMs: number;

  /** `endOf` tells when a record ends, in the clock's milliseconds: at that moment it is gone. */
  constructor(clock: Clock, endOf: (value: Value) => number) {
    this.#clock = clock;
    this.#endOf = endOf;
    this.#sweepAtMs = clock.nowMs() + SWEEP_INTERVAL_MS;
  }

  get(key: Key): Value | undefined {
    this.#sweepNowAndThen();
    const value = this.#records.get(key);
    return value && !this.#hasEnded(value) ? value : undefined;
  }

  /** Keeps a record until its end. One that has ended already is removed. */
  set(key: Key, value: Value): void {
    if (this.#hasEnded(value)) this.#records.delete(key);
    else this.#records.set(key, value);
  }

  delete(key: Key): void {
    this.#records.delete(key);
  }

  /** All that have not ended. */
  values(): readonly Value[] {
    this.#sweep();
    return [...this.#records.values()];
  }

  clear(): void {
    this.#records.clear();
  }

  /** How many there are that have not ended. */
  get size(): number {
    this.#sweep();
    return this.#records.size;
  }

  copyForTesting(): Map<Key, Value> {
    return structuredClone(this.#records);
  }

  restoreForTesting(copy: ReadonlyMap<Key, Value>): void {
    this.#records = structuredClone(new Map(copy));
  }

  #sweepNowAndThen(): void {
    if (this.#clock.nowMs() >= this.#sweepAtMs) this.#sweep();
  }

  #sweep(): void {
    for (const [key, value] of this.#records) if (this.#hasEnded(value)) this.#records.delete(key);
    this.#sweepAtMs = this.#clock.nowMs() + SWEEP_INTERVAL_MS;
  }

  #hasEnded(value: Value): boolean {
    return this.#endOf(value) <= this.#clock.nowMs();
  }
}
