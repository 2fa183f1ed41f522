import { Lapsing } from './memory/lapsing.ts';
import type { Clock } from './ports/clock.ts';
import type { Leave } from './throttle.ts';

/** Takes one from a caller's budget of refused credentials. */
type Take = (subject: string) => TakeAnswer | Promise<TakeAnswer>;
type TakeAnswer = { readonly ok: true } | Pick<Extract<Leave, { ok: false }>, 'ok' | 'retryAfterMs'>;

/**
 * Who presented credentials that were refused, again and again, and has to wait. Counted wherever `take` counts, remembered here,
 * so that who has to wait costs neither a signature check nor a question to Redis.
 */
export class Penalties {
  readonly #take: Take;
  readonly #clock: Clock;
  readonly #until: Lapsing<string, { readonly ms: number }>;

  constructor(take: Take, clock: Clock) {
    this.#take = take;
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

  /** One more credential of this caller was refused; resolves with how long it has to wait now. */
  async count(subject: string): Promise<number> {
    const leave = await this.#take(subject);
    if (!leave.ok) this.#until.set(subject, { ms: this.#clock.nowMs() + leave.retryAfterMs });
    return this.leftMs(subject);
  }
}
