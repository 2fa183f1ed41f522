import type { Clock } from '../ports/clock.ts';
import type { Decision, Draw, Limiter } from '../ports/limiter.ts';
import { Lapsing } from './lapsing.ts';

/** When a budget will be full again, in whole microseconds: sums of fractions would refuse the last draw of a burst. */
interface Level {
  readonly fullAtUs: number;
}

/**
 * Budgets of this process alone (GCRA, ITU-T I.371): of a single node, or of one that cannot ask the shared ones.
 *
 * A budget that nobody has drawn from is full, so none is kept longer than it takes to fill.
 */
export class MemoryLimiter implements Limiter {
  readonly #clock: Clock;
  readonly #levels: Lapsing<string, Level>;

  constructor({ clock }: { readonly clock: Clock }) {
    this.#clock = clock;
    this.#levels = new Lapsing(clock, ({ fullAtUs }) => fullAtUs / 1_000);
  }

  async draw(draws: readonly Draw[], _withinMs?: number): Promise<Decision> {
    return this.decide(draws);
  }

  /** The same for who cannot wait. */
  decide(draws: readonly Draw[]): Decision {
    const nowUs = Math.floor(this.#clock.nowMs() * 1_000);
    const charged = new Map<string, Level>();
    let refusal: Extract<Decision, { ok: false }> | undefined;
    for (const { limit, subject, burst, perMinute } of draws) {
      const key = `${limit}/${subject}`;
      const intervalUs = Math.ceil(60_000_000 / perMinute);
      const furthestUs = nowUs + burst * intervalUs;
      const level = charged.get(key) ?? this.#levels.get(key);
      // A stored time further ahead than the burst can only come from an earlier, larger one.
      const fullAtUs = Math.min(Math.max(nowUs, level?.fullAtUs ?? 0), furthestUs) + intervalUs;
      const retryAfterMs = Math.ceil((fullAtUs - furthestUs) / 1_000);
      if (retryAfterMs > (refusal?.retryAfterMs ?? 0)) refusal = { ok: false, limit, retryAfterMs };
      charged.set(key, { fullAtUs });
    }
    if (refusal) return refusal;
    for (const [key, level] of charged) this.#levels.set(key, level);
    return { ok: true };
  }

  /** Budgets that are not full. */
  get sizeForTesting(): number {
    return this.#levels.size;
  }
}
