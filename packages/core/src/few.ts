/**
 * A set that is empty or has one member most of the time, and then costs no table: an empty `Set` takes 150 bytes, and every
 * session has two. Iterates over what was there when it began.
 */
export class Few<Key> implements Iterable<Key> {
  #keys: readonly Key[] = NONE;

  get size(): number {
    return this.#keys.length;
  }

  has(key: Key): boolean {
    return this.#keys.includes(key);
  }

  add(key: Key): this {
    // A spread would leave room for sixteen more: 128 bytes in every session that sits in a room.
    if (!this.has(key)) this.#keys = this.#keys.concat([key]);
    return this;
  }

  /** `true`: it was there. */
  delete(key: Key): boolean {
    if (!this.has(key)) return false;
    const left = this.#keys.filter((other) => other !== key);
    this.#keys = left.length > 0 ? left : NONE;
    return true;
  }

  [Symbol.iterator](): IterableIterator<Key> {
    return this.#keys.values();
  }
}

/** One for all that are empty. */
const NONE: readonly never[] = Object.freeze([]);
