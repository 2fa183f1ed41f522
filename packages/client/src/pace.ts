import type { Timers } from './timers.ts';

/** One pace for all that is signalled on a line: the server refuses what is quicker, and ends a session that goes on like that. */
export class Pace {
  readonly #timers: Timers;
  readonly #waiting = new Set<() => void>();
  #intervalMs = 0;
  #burstMs = 0;
  /** Until then all that was said would have taken without a burst. */
  #paidUntilMs = 0;
  #isAsleep = false;

  constructor(timers: Timers) {
    this.#timers = timers;
  }

  /** A session begins, with a budget of its own: `welcome.limits`. */
  begin({ signalsPerSecond = Infinity, signalBurst = 1 }: Readonly<Record<string, number>>): void {
    this.#intervalMs = 1_000 / signalsPerSecond;
    this.#burstMs = (signalBurst - 1) * this.#intervalMs;
    this.#paidUntilMs = 0;
  }

  /** Whether nothing may be said now: then `goOn` is called when something may, each waiting one in its turn. */
  isSpent(goOn: () => void): boolean {
    const waitMs = this.#paidUntilMs - this.#burstMs - performance.now();
    if (waitMs <= 0) return false;
    this.#waiting.add(goOn);
    if (!this.#isAsleep) this.#timers.after(waitMs, () => this.#wake());
    this.#isAsleep = true;
    return true;
  }

  /** Something was said. */
  spend(): void {
    this.#paidUntilMs = Math.max(this.#paidUntilMs, performance.now()) + this.#intervalMs;
  }

  /** The server refuses everything for so long; then there is no burst left. */
  hold(forMs: number): void {
    this.#paidUntilMs = Math.max(this.#paidUntilMs, performance.now() + forMs + this.#burstMs);
  }

  #wake(): void {
    this.#isAsleep = false;
    for (const goOn of this.#waiting) {
      if (this.#isAsleep) return;
      this.#waiting.delete(goOn);
      goOn();
    }
  }
}
