import { systemClock, type Cancel, type Clock } from '@parley/core';

/** The time of this machine, of which some can be skipped: then what lapses has lapsed. Counts the timers that wait. */
export class SkippingClock implements Clock {
  #skippedMs = 0;
  #timers = 0;

  get timersForTesting(): number {
    return this.#timers;
  }

  nowMs(): number {
    return systemClock.nowMs() + this.#skippedMs;
  }

  /** Timers that wait already are not hurried. */
  skip(ms: number): void {
    this.#skippedMs += ms;
  }

  after(delayMs: number, task: () => void): Cancel {
    let waits = true;
    this.#timers += 1;
    const settle = () => {
      if (waits) this.#timers -= 1;
      waits = false;
    };
    const cancel = systemClock.after(delayMs, () => {
      settle();
      task();
    });
    return () => {
      settle();
      cancel();
    };
  }

  endOfTurn(task: () => void): void {
    systemClock.endOfTurn(task);
  }
}
