import type { Chance } from './chance.ts';

/** How long a client waits before it comes back: PROTOCOL.md, "What a client must do". */
export class Backoff {
  readonly #chance: Chance;
  readonly #mostMs: number;
  #attempt = 0;

  /** @param mostMs the cap of one wait; the document says 30 s */
  constructor(chance: Chance, mostMs = 30_000) {
    this.#chance = chance;
    this.#mostMs = mostMs;
  }

  /** Full jitter, and never less than what the node asked for. */
  nextMs(atLeastMs = 0): number {
    const mostMs = Math.min(this.#mostMs, UNIT_MS * 2 ** this.#attempt);
    this.#attempt += 1;
    return atLeastMs + this.#chance.fraction() * mostMs;
  }

  /** A connection stood for so long; after 30 s the count starts over. */
  stood(forMs: number): void {
    if (forMs >= STABLE_MS) this.#attempt = 0;
  }
}

const UNIT_MS = 1_000;
const STABLE_MS = 30_000;
