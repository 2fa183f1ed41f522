import jwt from 'jsonwebtoken';

import type { Claims } from './claims.ts';
import type { JwtAlgorithm } from './signing-keys.ts';

/** How a token is signed. */
export interface MintOptions {
  readonly algorithm: JwtAlgorithm;
  /** The secret (HS256), or the private key in PEM. */
  readonly key: string;
  /** Which key it is, when the nodes know several. */
  readonly kid?: string;
  readonly issuer?: string;
  readonly audience?: string;
  /** How long the token is good; default an hour. */
  readonly lifeMs?: number;
  /** Milliseconds since 1970. */
  readonly nowMs?: number;
}

/** Makes a token that {@link jwtVerifier} accepts: for a backend that lets its users in, and for tests. */
export function mint(claims: Claims, options: MintOptions): string {
  const { algorithm, key, kid, issuer, audience, lifeMs = 3_600_000, nowMs = Date.now() } = options;
  const iat = Math.floor(nowMs / 1000);
  const payload = {
    ...claims,
    iat,
    exp: iat + Math.ceil(lifeMs / 1000),
    ...(issuer !== undefined && { iss: issuer }),
    ...(audience !== undefined && { aud: audience }),
  };
  return jwt.sign(payload, key, { algorithm, ...(kid !== undefined && { keyid: kid }) });
}
