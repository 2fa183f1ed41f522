import { createHash, timingSafeEqual } from 'node:crypto';

import type { Allowed, Identity, TokenVerifier } from '@parley/core';
import type { Realm } from '@parley/protocol';

import { isPublicToken } from './form.ts';
import { MALFORMED, refused } from './verdict.ts';

/** What whoever holds a public token may do. */
export interface Grants {
  readonly realm: Realm;
  /** May mint and join codes. */
  readonly codes: boolean;
  readonly queues: Allowed;
  readonly rooms: Allowed;
}

/**
 * Accepts any of a few shared tokens. They stand in the source of a public page and prove nothing about who connects,
 * so nobody who holds one is a user. Several are valid at once, so that they can be rotated.
 *
 * Throws for a token that is not one by its form; the message names its place in the list, never the token.
 */
export function publicTokens(tokens: readonly string[], grants: Grants): TokenVerifier {
  if (tokens.length === 0) throw new Error('there is no public token');
  tokens.forEach(mustBePublicToken);
  const known = tokens.map(digest);
  const identity: Identity = grants;
  return {
    async verify(token) {
      if (token === undefined || !isPublicToken(token)) return MALFORMED;
      return isAmong(known, digest(token)) ? { ok: true, identity } : refused('token-unknown');
    },
  };
}

function mustBePublicToken(token: string, index: number): void {
  if (isPublicToken(token)) return;
  throw new Error(
    `public token ${index + 1} must be 16 to 128 characters of [A-Za-z0-9._~-], and not three parts between dots like a JWT`,
  );
}

/** Of equal length for all, so that they can be compared in constant time. */
function digest(token: string): Buffer {
  return createHash('sha256').update(token).digest();
}

/** Always looks at all of them: the time it takes says neither whether nor where one matched. */
function isAmong(known: readonly Buffer[], presented: Buffer): boolean {
  return known.reduce((found, one) => timingSafeEqual(one, presented) || found, false);
}
