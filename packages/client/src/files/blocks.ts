/** Memory for this much at once; what is more is handed to the browser, which may put it on disk. */
const BLOCK_BYTES = 1024 * 1024;

/** Collects bytes for a Blob. However small the pieces are that a stranger sends, they take no more memory than they have bytes. */
export class Blocks {
  readonly #full: Blob[] = [];
  readonly #block: Uint8Array<ArrayBuffer>;
  #used = 0;

  /** @param bytes how many are to come; more than that must not be added */
  constructor(bytes: number) {
    this.#block = new Uint8Array(Math.min(bytes, BLOCK_BYTES));
  }

  add(bytes: Uint8Array): void {
    const fits = bytes.subarray(0, this.#block.length - this.#used);
    this.#block.set(fits, this.#used);
    this.#used += fits.length;
    if (this.#used === this.#block.length) this.#handOver();
    if (fits.length < bytes.length) this.add(bytes.subarray(fits.length));
  }

  whole(type: string): Blob {
    this.#handOver();
    return new Blob(this.#full, { type });
  }

  /** A Blob has a copy of its own, so the block is free again. */
  #handOver(): void {
    this.#full.push(new Blob([this.#block.subarray(0, this.#used)]));
    this.#used = 0;
  }
}
