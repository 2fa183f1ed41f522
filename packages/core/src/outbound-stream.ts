import type { ReceiptEnvelope } from './envelope.ts';
import { LIMITS } from './limits.ts';
import type { Cancel, Clock } from './ports/clock.ts';
import type { Settlement } from './streams.ts';

interface Pending {
  readonly sentAtMs: number;
  readonly settled: (outcome: Settlement) => void;
}

/** What this node has sent to one other and has no receipt for. */
export class OutboundStream {
  /** In the order of their numbers, so that the oldest is the first. */
  readonly #pending = new Map<number, Pending>();
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
      this.#pending.set(this.#last, { sentAtMs: this.#clock.nowMs(), settled });
      this.#cancel ??= this.#clock.after(LIMITS.signalLifeMs, () => this.#expire());
    }
    return this.#last;
  }

  settle(n: number, outcome: Settlement): void {
    const pending = this.#pending.get(n);
    if (!pending) return;
    this.#pending.delete(n);
    pending.settled(outcome);
  }

  receive({ after, upTo, refused, open, settled }: ReceiptEnvelope): void {
    for (const [first, last, why] of refused)
      for (const n of this.#between(first - 1, last)) this.settle(n, why);
    const stillOpen = new Set(open);
    for (const n of this.#between(after, upTo)) if (!stillOpen.has(n)) this.settle(n, 'delivered');
    for (const n of settled) this.settle(n, 'delivered');
  }

  end(): void {
    this.#cancel?.();
    this.#cancel = undefined;
    for (const n of this.#pending.keys()) this.settle(n, 'timeout');
  }

  /** The pending numbers of a stretch, however long the stretch is said to be. */
  #between(after: number, upTo: number): number[] {
    const numbers: number[] = [];
    for (const n of this.#pending.keys()) {
      if (n > upTo) break;
      if (n > after) numbers.push(n);
    }
    return numbers;
  }

  #expire(): void {
    this.#cancel = undefined;
    const deadlineMs = this.#clock.nowMs() - LIMITS.signalLifeMs;
    for (const [n, { sentAtMs }] of this.#pending) {
      if (sentAtMs > deadlineMs) {
        this.#cancel = this.#clock.after(sentAtMs - deadlineMs, () => this.#expire());
        return;
      }
      this.settle(n, 'timeout');
    }
  }
}
