/** Ends a timer; a second time, or after it has rung, it does nothing. */
export type Cancel = () => void;

/** Platforms count in 32 bits: what is longer rings at once. Nearly 25 days. */
const LONGEST_MS = 2 ** 31 - 1;

/** Every timer of one connection, so that none outlives it. */
export class Timers {
  readonly #running = new Set<ReturnType<typeof setTimeout>>();

  /** Calls `task` once, after this time, or after 25 days if that is earlier. */
  after(delayMs: number, task: () => void): Cancel {
    const ring = () => {
      this.#running.delete(timer);
      task();
    };
    const timer = setTimeout(ring, Math.min(delayMs, LONGEST_MS));
    this.#running.add(timer);
    return () => {
      clearTimeout(timer);
      this.#running.delete(timer);
    };
  }

  /** The same promise, for so long: then it rejects. */
  within<Value>(limitMs: number, promise: Promise<Value>): Promise<Value> {
    return new Promise((resolve, reject) => {
      const cancel = this.after(limitMs, () => reject(new Error(`nothing within ${limitMs} ms`)));
      void promise.then(resolve, reject).finally(cancel);
    });
  }

  /** Nothing rings any more; what was to be within a time may never settle. */
  clear(): void {
    for (const timer of this.#running) clearTimeout(timer);
    this.#running.clear();
  }
}
