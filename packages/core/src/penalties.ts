import { Lapsing } from './memory/lapsing.ts';
import type { Clock } from './ports/clock.ts';
import type { Throttle } from './throttle.ts';

/**
 * Who presented credentials that were refused, again and again, and has to wait. Counted for the whole cluster, remembered
 * here, so that who has to wait costs neither a signature check nor a question to Redis.
 */
export class Penalties {
  readonly #throttle: Throttle;
  readonly #clock: Clock;
  readonly #until: Lapsing<string, { readonly ms: number }>;

  constructor(throttle: Throttle, clock: Clock) {
    this.#throttle = throttle;
    this.#clock = clock;
    this.#until = new Lapsing(clock, ({ ms }) => ms);
  }

  /** Callers that have to wait. */
  get size(): number {
    return this.#until.size;
  }

  /** How long this caller has to wait yet; 0: it need not. */
  leftMs(subject: string): number {
    const until = this.#until.get(subject);
    return until ? Math.ceil(until.ms - this.#clock.nowMs()) : 0;
  }

  /** One more credential of this caller was refused. */
  async count(subject: string): Promise<void> {
    const leave = await this.#throttle.ask({ limit: 'credential', subject });
    if (!leave.ok) this.#until.set(subject, { ms: this.#clock.nowMs() + leave.retryAfterMs });
  }
}
