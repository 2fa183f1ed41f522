import { createHmac, createSecretKey, randomBytes } from 'node:crypto';
import type { Pseudonyms } from '@parley/core';

/** As many bytes as the hash has: with fewer the key is what somebody would guess (RFC 2104, 3). */
export const MIN_LOG_KEY_BYTES = 32;

/** 96 bits: among a million names the chance that two are the same is one in 10^17. Shorter than an id, so that nobody takes it for one. */
const PSEUDONYM_HEX_CHARS = 24;
export const PSEUDONYM_PATTERN = new RegExp(`^[0-9a-f]{${PSEUDONYM_HEX_CHARS}}$`);

export interface PseudonymOptions {
  /**
   * At least {@link MIN_LOG_KEY_BYTES}; what the nodes of a cluster have in common, and nobody else has. Absent: random, so
   * that a name means something to this process alone, and only while it runs.
   */
  readonly key?: string;
  /** Logs hold addresses as they are. */
  readonly addresses: boolean;
}

/**
 * Names made with a key, HMAC-SHA-256 (RFC 2104). A hash without one hides nothing: there are so few addresses that all of
 * them can be tried.
 *
 * @throws RangeError for a key that is too short
 */
export function createPseudonyms({ key, addresses }: PseudonymOptions): Pseudonyms {
  const bytes = key === undefined ? randomBytes(MIN_LOG_KEY_BYTES) : Buffer.from(key);
  if (bytes.byteLength < MIN_LOG_KEY_BYTES)
    throw new RangeError(`a key has ${MIN_LOG_KEY_BYTES} bytes or more`);
  const secret = createSecretKey(bytes);
  const of = (id: string) =>
    createHmac('sha256', secret).update(id).digest('hex').slice(0, PSEUDONYM_HEX_CHARS);
  return { of, address: addresses ? (address) => address : of };
}
