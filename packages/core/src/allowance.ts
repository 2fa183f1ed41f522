import { Budget } from './budget.ts';
import { LIMITS } from './limits.ts';
import type { SessionBudgets } from './options.ts';

/**
 * What one session may send: frames and bytes, and how often it may overdo it.
 *
 * Local, because a session lives on one node, and so that no frame waits for anybody. Every frame counts, whatever is in it.
 */
export class Allowance {
  readonly #budgets: SessionBudgets;
  #frames: Budget | undefined;
  #bytes: Budget | undefined;
  #changes: Budget | undefined;
  #overdrafts: Budget | undefined;
  #bad: Budget | undefined;

  /** A budget that nobody has drawn from is full, so none is made before that: most sessions never need the last three. */
  constructor(budgets: SessionBudgets) {
    this.#budgets = budgets;
  }

  /** It has nothing to remember: a new one would say the same. */
  isFull(nowMs: number): boolean {
    const isFull = (budget: Budget | undefined) => budget?.isFull(nowMs) ?? true;
    return (
      isFull(this.#frames) &&
      isFull(this.#bytes) &&
      isFull(this.#changes) &&
      isFull(this.#overdrafts) &&
      isFull(this.#bad)
    );
  }

  /** 0: handle this frame. Else it is one too many, and after so many milliseconds it would not be. */
  waitMsFor(bytes: number, nowMs: number): number {
    const { burst, perSecond, burstBytes, bytesPerSecond } = this.#budgets;
    this.#frames ??= budgetOf(burst, perSecond, nowMs);
    this.#bytes ??= budgetOf(burstBytes, bytesPerSecond, nowMs);
    const framesMs = this.#frames?.take(1, nowMs) ?? 0;
    return framesMs > 0 ? framesMs : (this.#bytes?.take(bytes, nowMs) ?? 0);
  }

  /** 0: go on with this change. Else so many milliseconds later. */
  waitMsForChange(nowMs: number): number {
    const { changesPerMinute } = this.#budgets;
    this.#changes ??= budgetOf(changesPerMinute, changesPerMinute / 60, nowMs);
    return this.#changes?.take(1, nowMs) ?? 0;
  }

  /** One frame more was too many. `true`: that has happened too often. */
  isOverdrawn(nowMs: number): boolean {
    this.#overdrafts ??= minutes(LIMITS.limitedFramesPerMinute, nowMs);
    return this.#overdrafts.take(1, nowMs) > 0;
  }

  /** One message more was bad. `true`: that has happened too often. */
  isTooBad(nowMs: number): boolean {
    this.#bad ??= minutes(LIMITS.badMessagesPerMinute, nowMs);
    return this.#bad.take(1, nowMs) > 0;
  }
}

const budgetOf = (burst: number, perSecond: number, nowMs: number) =>
  burst > 0 && perSecond > 0 ? new Budget(burst, perSecond, nowMs) : undefined;

const minutes = (perMinute: number, nowMs: number) => new Budget(perMinute, perMinute / 60, nowMs);
