import { KeyObject } from 'node:crypto';

import { createLocalJWKSet, errors } from 'jose';
import type { CryptoKey, JSONWebKeySet, JWSHeaderParameters, LocalJWKSet } from 'jose';

import { fits } from './signing-keys.ts';
import type { PublicKeyAlgorithm } from './signing-keys.ts';

/** The keys of a JSON Web Key Set (RFC 7517 section 5) that tokens may be signed with. */
export interface KeySet {
  /** Those that bear this `kid`; for a token that names none: every one. Never rejects. */
  find(kid: string | undefined): Promise<readonly KeyObject[]>;
}

/**
 * Reads a set. Only public keys count that fit the algorithm, and whose `use`, `key_ops` and `alg`, where they are there,
 * say that signatures of it may be judged with them. All others are as good as absent: `oct`, which is a shared secret and
 * made public by being in a set, and whatever comes with its private half.
 *
 * Throws for what is no set.
 */
export function readKeySet(algorithm: PublicKeyAlgorithm, json: unknown): KeySet {
  const select = createLocalJWKSet(json as JSONWebKeySet);
  return {
    async find(kid) {
      const keys = await candidates(select, { alg: algorithm, ...(kid !== undefined && { kid }) });
      return keys.map((key) => KeyObject.from(key)).filter((key) => fits(algorithm, key));
    },
  };
}

async function candidates(select: LocalJWKSet, header: JWSHeaderParameters): Promise<readonly CryptoKey[]> {
  try {
    return [await select(header)];
  } catch (error) {
    if (error instanceof errors.JWKSMultipleMatchingKeys) return readable(error);
    // There is none, or the only one is private or cannot be read: nobody can have signed with it.
    return [];
  }
}

/** jose makes a set with several candidates an error that can be walked. */
async function readable(several: AsyncIterable<CryptoKey>): Promise<readonly CryptoKey[]> {
  const keys: CryptoKey[] = [];
  for await (const key of several) keys.push(key);
  return keys;
}
