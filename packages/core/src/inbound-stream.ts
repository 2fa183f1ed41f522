import type { ReceiptEnvelope, Refusal } from './envelope.ts';
import { LIMITS } from './limits.ts';
import type { Clock } from './ports/clock.ts';

/**
 * What one other node has sent to this one, and what it has not been told about it yet.
 *
 * Whoever is spoken to mostly speaks back: what was delivered is told with the next that goes there, or alone a moment later
 * (as TCP does, RFC 9293 section 3.8.6.3). Somebody acts on a refusal, so it is told at the end of the turn.
 */
export class InboundStream {
  readonly #clock: Clock;
  readonly #acknowledge: (receipt: ReceiptEnvelope) => void;
  readonly #open = new Set<number>();
  #refused: [first: number, last: number, why: Refusal][] = [];
  #settled: number[] = [];
  #seen = 0;
  #told = 0;
  #owes = false;
  #isTimed = false;

  constructor(clock: Clock, acknowledge: (receipt: ReceiptEnvelope) => void) {
    this.#clock = clock;
    this.#acknowledge = acknowledge;
  }

  /** `passed`: this number, or a later one, was handled before; it must not be handled now. `jumped`: some are missing. */
  advance(n: number): 'next' | 'jumped' | 'passed' {
    if (n <= this.#seen) return 'passed';
    const jumped = n > this.#seen + 1;
    if (jumped) this.#refuse(this.#seen + 1, n - 1, 'missed');
    this.#seen = n;
    this.#owe();
    return jumped ? 'jumped' : 'next';
  }

  refuse(n: number, why: Refusal): void {
    this.#refuse(n, n, why);
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

  /** Tells what was not told yet. */
  pay(): void {
    if (!this.#owes) return;
    this.#owes = false;
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

  #refuse(first: number, last: number, why: Refusal): void {
    if (this.#refused.push([first, last, why]) === 1) this.#clock.endOfTurn(() => this.pay());
    this.#owe();
  }

  #owe(): void {
    this.#owes = true;
    if (this.#isTimed) return;
    this.#isTimed = true;
    this.#clock.after(LIMITS.receiptDelayMs, () => {
      this.#isTimed = false;
      this.pay();
    });
  }
}
