/**
 * What waits under numbers that rise without gaps, taken out mostly in their order.
 *
 * An array from the lowest number on. A map is slower here, which counts for every signal: numbers of this size are keys
 * that must be hashed anew for each look, and one that is filled and emptied all the time is copied again and again.
 */
export class PendingNumbers<Entry> {
  /** At `#head` stands the entry of the lowest number; before it, nothing any more. A number without entry is a hole. */
  #entries: (Entry | undefined)[] = [];
  #head = 0;
  /** The number of the first place of the array. */
  #base = 0;
  #size = 0;

  get size(): number {
    return this.#size;
  }

  /** The lowest number with an entry. Infinite if there is none. */
  get first(): number {
    return this.#size > 0 ? this.#base + this.#head : Infinity;
  }

  /** Of the array, used or not. */
  get placesForTesting(): number {
    return this.#entries.length;
  }

  get(n: number): Entry | undefined {
    return n >= this.#base ? this.#entries[n - this.#base] : undefined;
  }

  /** `n` is higher than all before. Numbers that were passed over have no entry. */
  add(n: number, entry: Entry): void {
    if (this.#size === 0) this.#beginAt(n);
    while (this.#base + this.#entries.length < n) this.#entries.push(undefined);
    this.#entries.push(entry);
    this.#size += 1;
  }

  take(n: number): Entry | undefined {
    const entry = this.get(n);
    if (entry === undefined) return undefined;
    this.#entries[n - this.#base] = undefined;
    this.#size -= 1;
    if (this.#size > 0) this.#skipHoles();
    return entry;
  }

  #beginAt(n: number): void {
    this.#base = n;
    this.#head = 0;
    this.#entries.length = 0;
  }

  #skipHoles(): void {
    while (this.#entries[this.#head] === undefined) this.#head += 1;
    if (this.#head < MAX_SPENT || this.#head < this.#entries.length / 2) return;
    this.#entries.splice(0, this.#head);
    this.#base += this.#head;
    this.#head = 0;
  }
}

/** So many places before the lowest number are left as they are: to give them back, the rest is moved. */
const MAX_SPENT = 1_024;
