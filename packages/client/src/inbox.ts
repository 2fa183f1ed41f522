/** How far ahead of the first missing number something may be, to be held. */
export const MOST_AHEAD = 256;

/**
 * What one peer says to us, brought into the order of its numbers: each number once, what is ahead waits for what is missing.
 * PROTOCOL.md, "Reliable signals".
 */
export class Inbox<Item> {
  /** Every number up to here has been handed on: what is acknowledged. */
  upTo = 0;
  readonly #ahead = new Map<number, Item>();

  /** Takes what came under a number; gives back what is next in turn now, in order. */
  take(seq: number, item: Item): Item[] {
    // What is further ahead is dropped: its sender keeps it, and sends it again.
    if (seq > this.upTo && seq <= this.upTo + MOST_AHEAD && !this.#ahead.has(seq)) this.#ahead.set(seq, item);
    const inTurn: Item[] = [];
    while (this.#ahead.has(this.upTo + 1)) {
      inTurn.push(this.#ahead.get(++this.upTo) as Item);
      this.#ahead.delete(this.upTo);
    }
    return inTurn;
  }

  /** Drops what waits for something missing: its sender is gone, and has given it up. */
  dropAhead(): void {
    this.#ahead.clear();
  }
}
