/** A budget that refills steadily: `burst` at once, `perSecond` over time. Local to one session, so it costs no timer. */
export class Budget {
  readonly #burst: number;
  readonly #perSecond: number;
  #left: number;
  #atMs: number;

  constructor(burst: number, perSecond: number, nowMs: number) {
    this.#burst = burst;
    this.#perSecond = perSecond;
    this.#left = burst;
    this.#atMs = nowMs;
  }

  /** As if nobody had ever taken anything. */
  isFull(nowMs: number): boolean {
    return this.#left + ((nowMs - this.#atMs) * this.#perSecond) / 1_000 >= this.#burst;
  }

  /** What was taken and then not used. */
  giveBack(amount: number): void {
    this.#left = Math.min(this.#burst, this.#left + amount);
  }

  /** 0 if it was taken, else after how many milliseconds it could be. Nothing is taken then. */
  take(amount: number, nowMs: number): number {
    this.#left = Math.min(this.#burst, this.#left + ((nowMs - this.#atMs) * this.#perSecond) / 1_000);
    this.#atMs = nowMs;
    if (amount > this.#left)
      return Math.ceil(((Math.min(amount, this.#burst) - this.#left) * 1_000) / this.#perSecond) || 1;
    this.#left -= amount;
    return 0;
  }
}
