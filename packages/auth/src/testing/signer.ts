import { generateKeyPairSync } from 'node:crypto';
import type { JsonWebKey } from 'node:crypto';

import { mint } from '../mint.ts';
import type { PublicKeyAlgorithm } from '../signing-keys.ts';

/** Whoever holds a private key. */
export interface SignerForTesting {
  /** The public half, as it stands in a set. */
  readonly jwk: JsonWebKey & { readonly kid: string };
  /** What must never stand there. */
  readonly privateJwk: JsonWebKey;
  readonly publicPem: string;
  /** A good token of `ada`, signed by it; `kid` replaces the name of the key, `null` leaves it out. */
  token(kid?: string | null): string;
}

export function signer(algorithm: PublicKeyAlgorithm, kid: string, rsaBits = 2048): SignerForTesting {
  const { publicKey, privateKey } =
    algorithm === 'RS256'
      ? generateKeyPairSync('rsa', { modulusLength: rsaBits })
      : generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const key = privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
  return {
    jwk: { ...publicKey.export({ format: 'jwk' }), kid },
    privateJwk: { ...privateKey.export({ format: 'jwk' }), kid },
    publicPem: publicKey.export({ type: 'spki', format: 'pem' }).toString(),
    token: (named = kid) => mint({ sub: 'ada' }, { algorithm, key, ...(named !== null && { kid: named }) }),
  };
}
