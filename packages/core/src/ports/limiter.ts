/** What is limited: the name is part of the key, and bounded. */
export type LimitName =
  | 'upgrade-address'
  | 'upgrade-token'
  | 'credential'
  | 'join'
  | 'match'
  | 'guess-address'
  | 'guess-realm';

/** One draw from one budget. */
export interface Draw {
  readonly limit: LimitName;
  /** Whose budget: an address, a peer, a realm. Bounded in length and alphabet by the caller. */
  readonly subject: string;
  /** How many may come at once. */
  readonly burst: number;
  /** How many a minute refill. */
  readonly perMinute: number;
}

export type Decision =
  | { readonly ok: true }
  | { readonly ok: false; readonly limit: LimitName; readonly retryAfterMs: number };

/**
 * Budgets that the whole cluster shares.
 *
 * GCRA (the leaky bucket as a meter, ITU-T I.371): no more than `burst` at once, no more than `perMinute` over time, no
 * border at which twice the rate passes. All draws of one call are decided together: one refusal refuses them all, and
 * what the others took is given back at once. Never repeated by itself; rejects with {@link Unavailable} within 150 ms when it cannot know.
 */
export interface Limiter {
  draw(draws: readonly Draw[]): Promise<Decision>;
}
