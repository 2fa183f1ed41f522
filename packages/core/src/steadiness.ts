/**
 * Whether something is well, for whoever must not change its mind with every hiccup: it was ill for long enough before it
 * counts as ill, and well for long enough before it counts as well again. The first time it is well counts at once.
 */
export class Steadiness {
  readonly #illAfterMs: number;
  readonly #wellAfterMs: number;
  #isSteady = false;
  #hasBeen = false;
  #wasWell = false;
  #sinceMs = 0;

  constructor(times: { illAfterMs: number; wellAfterMs: number }) {
    this.#illAfterMs = times.illAfterMs;
    this.#wellAfterMs = times.wellAfterMs;
  }

  /** To be called whenever it may have changed, or somebody asks. */
  look(isWell: boolean, nowMs: number): boolean {
    if (isWell !== this.#wasWell) [this.#wasWell, this.#sinceMs] = [isWell, nowMs];
    const forMs = nowMs - this.#sinceMs;
    if (isWell && (!this.#hasBeen || forMs >= this.#wellAfterMs)) this.#isSteady = this.#hasBeen = true;
    if (!isWell && forMs >= this.#illAfterMs) this.#isSteady = false;
    return this.#isSteady;
  }
}
