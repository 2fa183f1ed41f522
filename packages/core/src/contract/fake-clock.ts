import type { Cancel, Clock } from '../ports/clock.ts';

/**
 * Time that passes when it is told to, and always the same way: timers run by when they are due and then by when they
 * were asked for, each in a turn of its own that ends, as in real life, after its promises and with its end-of-turn tasks.
 */
export class FakeClock implements Clock {
  #nowMs: number;
  /** By when they are due; of equals the earlier asked for is first. */
  readonly #timers: Timer[] = [];
  #endOfTurn: (() => void)[] = [];

  constructor(startMs = 0) {
    this.#nowMs = startMs;
  }

  nowMs(): number {
    return this.#nowMs;
  }

  after(delayMs: number, task: () => void): Cancel {
    const timer = { dueMs: this.#nowMs + Math.max(0, delayMs), task };
    this.#timers.splice(this.#placeOf(timer.dueMs), 0, timer);
    return () => {
      const at = this.#timers.indexOf(timer);
      if (at >= 0) this.#timers.splice(at, 1);
    };
  }

  endOfTurn(task: () => void): void {
    this.#endOfTurn.push(task);
  }

  /** Runs everything that is due within the next `ms`, then is there. */
  async advance(ms: number): Promise<void> {
    const targetMs = this.#nowMs + ms;
    await this.#endTurn();
    for (let timer = this.#takeDue(targetMs); timer; timer = this.#takeDue(targetMs)) {
      this.#nowMs = Math.max(this.#nowMs, timer.dueMs);
      timer.task();
      await this.#endTurn();
    }
    this.#nowMs = Math.max(this.#nowMs, targetMs);
  }

  /** Runs everything that is due now. */
  flush(): Promise<void> {
    return this.advance(0);
  }

  /** How many timers wait: none, when whoever used the clock has cleaned up. */
  get timersForTesting(): number {
    return this.#timers.length;
  }

  #placeOf(dueMs: number): number {
    let [low, high] = [0, this.#timers.length];
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((this.#timers[middle]?.dueMs ?? Infinity) <= dueMs) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  #takeDue(byMs: number): Timer | undefined {
    const first = this.#timers[0];
    return first && first.dueMs <= byMs ? this.#timers.shift() : undefined;
  }

  async #endTurn(): Promise<void> {
    await promisesHaveRun();
    while (this.#endOfTurn.length > 0) {
      const tasks = this.#endOfTurn;
      this.#endOfTurn = [];
      for (const task of tasks) task();
      await promisesHaveRun();
    }
  }
}

interface Timer {
  readonly dueMs: number;
  readonly task: () => void;
}

/** An immediate runs when no promise has anything left to do; awaiting promises one by one would only guess how many. */
const promisesHaveRun = () => new Promise<void>((resolve) => setImmediate(resolve));
