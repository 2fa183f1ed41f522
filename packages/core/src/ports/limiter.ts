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

/** How long a draw is waited for, unless its caller says otherwise: a slow limiter must not make everything slow. */
export const LIMITER_TIMEOUT_MS = 150;

/** How long a draw can be waited for at the most: for whoever has to refuse what it does not know. */
export const LIMITER_TIMEOUT_MAX_MS = 500;

/**
 * Budgets that the whole cluster shares.
 *
 * GCRA (the leaky bucket as a meter, ITU-T I.371): no more than `burst` at once, no more than `perMinute` over time, no
 * border at which twice the rate passes. All draws of one call are decided together: one refusal refuses them all, and
 * what the others took is given back at once. Never repeated by itself.
 */
export interface Limiter {
  /**
   * @param withinMs how long the caller can wait, at most {@link LIMITER_TIMEOUT_MAX_MS}. Default: {@link LIMITER_TIMEOUT_MS}
   * @throws Unavailable by then, when it cannot know; at once, when there is nobody to ask. What was taken though nobody waited for it
   *   any more is not given back.
   */
  draw(draws: readonly Draw[], withinMs?: number): Promise<Decision>;
}
