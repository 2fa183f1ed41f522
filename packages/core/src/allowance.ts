import { Budget } from './budget.ts';
import { LIMITS } from './limits.ts';
import type { SessionBudgets } from './options.ts';

/**
 * What one session may send: frames and bytes, and how often it may overdo it.
 *
 * Local, because a session lives on one node, and so that no frame waits for anybody. Every frame counts, whatever is in it.
 */
export class Allowance {
  readonly #frames: Budget | undefined;
  readonly #bytes: Budget | undefined;
  readonly #changes: Budget | undefined;
  readonly #overdrafts: Budget;
  readonly #bad: Budget;

  constructor(budgets: SessionBudgets, nowMs: number) {
    this.#frames = budgetOf(budgets.burst, budgets.perSecond, nowMs);
    this.#bytes = budgetOf(budgets.burstBytes, budgets.bytesPerSecond, nowMs);
    const { changesPerMinute } = budgets;
    this.#changes = budgetOf(changesPerMinute, changesPerMinute / 60, nowMs);
    this.#overdrafts = minutes(LIMITS.limitedFramesPerMinute, nowMs);
    this.#bad = minutes(LIMITS.badMessagesPerMinute, nowMs);
  }

  /** 0: handle this frame. Else it is one too many, and after so many milliseconds it would not be. */
  waitMsFor(bytes: number, nowMs: number): number {
    const framesMs = this.#frames?.take(1, nowMs) ?? 0;
    return framesMs > 0 ? framesMs : (this.#bytes?.take(bytes, nowMs) ?? 0);
  }

  /** 0: go on with this change. Else so many milliseconds later. */
  waitMsForChange(nowMs: number): number {
    return this.#changes?.take(1, nowMs) ?? 0;
  }

  /** One frame more was too many. `true`: that has happened too often. */
  isOverdrawn(nowMs: number): boolean {
    return this.#overdrafts.take(1, nowMs) > 0;
  }

  /** One message more was bad. `true`: that has happened too often. */
  isTooBad(nowMs: number): boolean {
    return this.#bad.take(1, nowMs) > 0;
  }
}

const budgetOf = (burst: number, perSecond: number, nowMs: number) =>
  burst > 0 && perSecond > 0 ? new Budget(burst, perSecond, nowMs) : undefined;

const minutes = (perMinute: number, nowMs: number) => new Budget(perMinute, perMinute / 60, nowMs);
