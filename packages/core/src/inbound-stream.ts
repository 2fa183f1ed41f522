import type { ReceiptEnvelope, Refusal } from './envelope.ts';
import type { Clock } from './ports/clock.ts';

/** What one other node has sent to this one, and what it has not been told about it yet. */
export class InboundStream {
  readonly #clock: Clock;
  readonly #acknowledge: (receipt: ReceiptEnvelope) => void;
  readonly #open = new Set<number>();
  #refused: [first: number, last: number, why: Refusal][] = [];
  #settled: number[] = [];
  #seen = 0;
  #told = 0;
  #due = false;

  constructor(clock: Clock, acknowledge: (receipt: ReceiptEnvelope) => void) {
    this.#clock = clock;
    this.#acknowledge = acknowledge;
  }

  /** `passed`: this number, or a later one, was handled before; it must not be handled now. `jumped`: some are missing. */
  advance(n: number): 'next' | 'jumped' | 'passed' {
    if (n <= this.#seen) return 'passed';
    const jumped = n > this.#seen + 1;
    if (jumped) this.#refused.push([this.#seen + 1, n - 1, 'missed']);
    this.#seen = n;
    this.#owe();
    return jumped ? 'jumped' : 'next';
  }

  refuse(n: number, why: Refusal): void {
    this.#refused.push([n, n, why]);
    this.#owe();
  }

  /** The outcome of `n` comes by calling what this returns; once, now or later. */
  open(n: number): (outcome: 'delivered' | Refusal) => void {
    this.#open.add(n);
    return (outcome) => {
      if (!this.#open.delete(n)) return;
      if (outcome !== 'delivered') this.refuse(n, outcome);
      else if (n <= this.#told) this.#settled.push(n);
      this.#owe();
    };
  }

  #owe(): void {
    if (this.#due) return;
    this.#due = true;
    this.#clock.endOfTurn(() => this.#pay());
  }

  #pay(): void {
    this.#due = false;
    const receipt: ReceiptEnvelope = {
      kind: 'receipt',
      after: this.#told,
      upTo: this.#seen,
      refused: this.#refused,
      open: [...this.#open],
      settled: this.#settled,
    };
    this.#told = this.#seen;
    this.#refused = [];
    this.#settled = [];
    this.#acknowledge(receipt);
  }
}
