/*! SHA-256 by noble-hashes, MIT License, (c) 2022 Paul Miller (paulmillr.com) */
import { sha256 } from '@noble/hashes/sha2.js';

/**
 * SHA-256 of bytes that come one after the other. Not that of the platform: it wants everything at once, and on a page over plain
 * http (a LAN) there is none.
 */
export class Digest {
  readonly #hash = sha256.create();

  add(bytes: Uint8Array): void {
    this.#hash.update(bytes);
  }

  /** In hexadecimal digits; nothing can be added afterwards. */
  end(): string {
    return [...this.#hash.digest()].map((byte) => byte.toString(16).padStart(2, '0')).join('');
  }
}
