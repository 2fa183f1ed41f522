/** How many there are of each; what there is none of is not kept. */
export class Counts<Key> {
  readonly #counts = new Map<Key, number>();

  /** How many keys there is one of, or more. */
  get size(): number {
    return this.#counts.size;
  }

  of(key: Key): number {
    return this.#counts.get(key) ?? 0;
  }

  add(key: Key): void {
    this.#counts.set(key, this.of(key) + 1);
  }

  remove(key: Key): void {
    const left = this.of(key) - 1;
    if (left > 0) this.#counts.set(key, left);
    else this.#counts.delete(key);
  }

  entries(): IterableIterator<[Key, number]> {
    return this.#counts.entries();
  }
}
