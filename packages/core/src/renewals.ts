import type { Clock, Random } from './ports/clock.ts';
import { Wheel } from './wheel.ts';

/**
 * When what this node asserts is to be asserted again. Nothing of this is exact on purpose: what began together would
 * otherwise be renewed together for ever.
 */
export class Renewals<Key> {
  readonly #wheel: Wheel<Key>;
  readonly #random: Random;
  readonly #renewalMs: number;

  constructor(
    { clock, random, renewalMs }: { clock: Clock; random: Random; renewalMs: number },
    renew: (key: Key) => void,
  ) {
    this.#wheel = new Wheel(clock, renew);
    this.#random = random;
    this.#renewalMs = renewalMs;
  }

  get size(): number {
    return this.#wheel.size;
  }

  /** In the ordinary time, give or take a tenth, if it is not due before. */
  plan(key: Key): void {
    this.#wheel.hasten(key, this.#renewalMs * 0.9 + this.#random.below(this.#renewalMs * 0.2));
  }

  /** In a few seconds: it has just failed. */
  retry(key: Key): void {
    this.#wheel.hasten(key, 1_000 + this.#random.below(2_000));
  }

  /** Soon after `afterMs`: the more there are, the wider they are spread. */
  soon(key: Key, afterMs = 0): void {
    const spreadMs = Math.min(10_000, 250 + this.#wheel.size * 2);
    this.#wheel.hasten(key, afterMs + this.#random.below(spreadMs));
  }

  /** Everything, soon, and not all at once. */
  all(): void {
    for (const key of this.#wheel.keys()) this.soon(key);
  }

  delete(key: Key): void {
    this.#wheel.delete(key);
  }

  stop(): void {
    this.#wheel.stop();
  }
}
