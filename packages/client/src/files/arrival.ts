import type { ReceivedFile } from '../files.ts';
import { Blocks } from './blocks.ts';
import { Digest } from './digest.ts';

/** What has arrived of a file. */
export class Arrival {
  readonly #bytes: number;
  readonly #blocks: Blocks;
  readonly #digest = new Digest();
  #arrivedBytes = 0;

  /** @param bytes how many were announced */
  constructor(bytes: number) {
    this.#bytes = bytes;
    this.#blocks = new Blocks(bytes);
  }

  get arrivedBytes(): number {
    return this.#arrivedBytes;
  }

  get isWhole(): boolean {
    return this.#arrivedBytes === this.#bytes;
  }

  /** False, and nothing is kept, when these are more than were announced. */
  add(bytes: Uint8Array): boolean {
    if (this.#arrivedBytes + bytes.length > this.#bytes) return false;
    this.#arrivedBytes += bytes.length;
    this.#blocks.add(bytes);
    this.#digest.add(bytes);
    return true;
  }

  /** Nothing can be added afterwards. */
  end(): ReceivedFile {
    return { blob: this.#blocks.whole('application/octet-stream'), sha256: this.#digest.end() };
  }
}
