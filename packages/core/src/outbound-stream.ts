import type { ReceiptEnvelope } from './envelope.ts';
import { LIMITS } from './limits.ts';
import { PendingNumbers } from './pending-numbers.ts';
import type { Cancel, Clock } from './ports/clock.ts';
import type { Settlement } from './streams.ts';

interface Pending {
  readonly sentAtMs: number;
  readonly settled: (outcome: Settlement) => void;
}

/** What this node has sent to one other and has no receipt for. */
export class OutboundStream {
  readonly #pending = new PendingNumbers<Pending>();
  readonly #clock: Clock;
  #last: number;
  #cancel: Cancel | undefined;

  /**
   * Numbers go on from the directory's time in microseconds: of two streams to one node, the later has the higher numbers, and
   * whoever knew the earlier one takes nothing of it for something old.
   */
  constructor(clock: Clock, startsAtMs: number) {
    this.#clock = clock;
    this.#last = Math.floor(startsAtMs * 1_000);
  }

  get pending(): number {
    return this.#pending.size;
  }

  /** Takes the next number. `settled` is called once, at the latest when a signal's life is over. */
  next(settled?: (outcome: Settlement) => void): number {
    this.#last += 1;
    if (settled) {
      this.#pending.add(this.#last, { sentAtMs: this.#clock.nowMs(), settled });
      this.#cancel ??= this.#clock.after(LIMITS.signalLifeMs, () => this.#expire());
    }
    return this.#last;
  }

  settle(n: number, outcome: Settlement): void {
    this.#pending.take(n)?.settled(outcome);
  }

  receive({ after, upTo, refused, open, settled }: ReceiptEnvelope): void {
    for (const [first, last, why] of refused) this.#settleAll(first, last, why);
    this.#settleAll(after + 1, upTo, 'delivered', open);
    for (const n of settled) this.settle(n, 'delivered');
  }

  end(): void {
    // Who hears of it may send the next one.
    while (this.#pending.size > 0) this.#settleAll(0, this.#last, 'timeout');
    this.#cancel?.();
    this.#cancel = undefined;
  }

  /** Settles what is pending of a stretch, however long the stretch is said to be. */
  #settleAll(first: number, last: number, outcome: Settlement, but: readonly number[] = []): void {
    const except = but.length > 0 ? new Set(but) : undefined;
    const end = Math.min(last, this.#last);
    for (let n = Math.max(first, this.#pending.first); n <= end; n += 1)
      if (!except?.has(n)) this.settle(n, outcome);
  }

  /** Whoever hears of a timeout may send again; one timer, for the oldest that is left, is enough for all. */
  #expire(): void {
    const deadlineMs = this.#clock.nowMs() - LIMITS.signalLifeMs;
    for (let n = this.#pending.first; this.#pending.size > 0; n = this.#pending.first) {
      const sentAtMs = this.#pending.get(n)?.sentAtMs ?? 0;
      if (sentAtMs > deadlineMs) {
        this.#cancel = this.#clock.after(sentAtMs - deadlineMs, () => this.#expire());
        return;
      }
      this.settle(n, 'timeout');
    }
    this.#cancel = undefined;
  }
}
