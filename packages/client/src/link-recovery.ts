import type { LinkState } from './api.ts';
import type { Cancel, Timers } from './timers.ts';

/** A path that is gone for less may come back by itself. */
const PATIENCE_MS = 3_000;
/** Between two restarts, doubling from the first to the most; after as much time without one it starts over. */
const FIRST_PAUSE_MS = 1_000;
const MOST_PAUSE_MS = 30_000;

/** Decides when to look for a network path anew: at once where it helps, and never in a storm. */
export class LinkRecovery {
  readonly #timers: Timers;
  readonly #restart: () => void;
  #patience: Cancel | undefined;
  #pending: Cancel | undefined;
  #restarts = 0;
  #lastAt = -Infinity;

  constructor(timers: Timers, restart: () => void) {
    this.#timers = timers;
    this.#restart = restart;
  }

  /** The direct connection stands differently. */
  stateChanged(state: LinkState): void {
    this.#patience?.();
    if (state === 'disconnected') this.#patience = this.#timers.after(PATIENCE_MS, () => this.look());
    else if (state === 'failed') this.look();
    else if (state === 'connected') this.#rest();
  }

  /** Something makes another path likely: restarts now, or as soon as the pause after the last restart is over. */
  look(): void {
    if (this.#pending) return;
    const quietMs = performance.now() - this.#lastAt;
    if (quietMs > MOST_PAUSE_MS) this.#restarts = 0;
    const pauseMs = Math.min(MOST_PAUSE_MS, FIRST_PAUSE_MS * 2 ** (this.#restarts - 1)) - quietMs;
    if (this.#restarts > 0 && pauseMs > 0)
      this.#pending = this.#timers.after(pauseMs, () => this.#restartNow());
    else this.#restartNow();
  }

  #rest(): void {
    this.#pending?.();
    this.#pending = undefined;
  }

  #restartNow(): void {
    this.#rest();
    this.#restarts++;
    this.#lastAt = performance.now();
    this.#restart();
  }
}
