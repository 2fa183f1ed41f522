import type { KeyObject } from 'node:crypto';

import type { TokenVerifier, Verdict } from '@parley/core';
import type { CloseName, Realm } from '@parley/protocol';
import jwt from 'jsonwebtoken';
import type { Jwt, VerifyOptions } from 'jsonwebtoken';

import { identityOf } from './claims.ts';
import { looksLikeJwt } from './form.ts';
import { remoteKeys } from './remote-keys.ts';
import type { KeyServer } from './remote-keys.ts';
import { publicKeySet, sharedSecret } from './signing-keys.ts';
import type { KeysFor, PublicKey, PublicKeyAlgorithm } from './signing-keys.ts';
import { MALFORMED, refused } from './verdict.ts';

/** How far the clocks of a backend and a node may be apart. */
export const LEEWAY_MS = 30_000;

/** Which tokens to believe. */
export type JwtOptions = {
  /** The realm of tokens that name none. */
  readonly realm: Realm;
  /** The only `iss` accepted. Absent: any, or none. */
  readonly issuer?: string;
  /** What `aud` must name. Absent: any, or none. */
  readonly audience?: string;
  /** Milliseconds since 1970; the wall clock, because that is what `exp` is written in. */
  readonly nowMs?: () => number;
} & (
  | { readonly algorithm: 'HS256'; readonly secret: string }
  | { readonly algorithm: PublicKeyAlgorithm; readonly publicKeys: readonly PublicKey[] }
  | { readonly algorithm: PublicKeyAlgorithm; readonly keyServer: KeyServer }
);

/**
 * Accepts signed JWTs (RFC 7519): one algorithm, `exp` required, `nbf`, `iss` and `aud` as configured, with
 * {@link LEEWAY_MS}. The signature is judged first, so that a stranger learns nothing about claims by forging them.
 *
 * Throws for keys that do not fit the algorithm. Those of a key server are fetched from now on, and judged as they come;
 * while they cannot be had, a token that needs them is neither accepted nor refused.
 */
export function jwtVerifier(options: JwtOptions): TokenVerifier {
  const { nowMs = Date.now } = options;
  const keysFor = keysOf(options);
  return {
    async verify(token) {
      if (token === undefined || !looksLikeJwt(token)) return MALFORMED;
      const decoded = decode(token);
      if (decoded === undefined) return MALFORMED;
      // RFC 7515 section 4.1.11: whoever does not know a critical extension must refuse; jsonwebtoken knows none and goes on.
      if ('crit' in decoded.header) return refused('token-bad-signature');
      // jsonwebtoken says the same; but first, so that such a token is no reason to ask a key server.
      if (decoded.header.alg !== options.algorithm) return refused('token-wrong-algorithm');
      const found = await keysFor(decoded.header.kid);
      if (!found.ok) return { ok: false, kind: 'unavailable', retryAfterMs: found.retryAfterMs };
      if (found.keys.length === 0) return refused('token-unknown-key');
      return verifyWithAny(found.keys, token, decoded, options, nowMs());
    },
  };
}

function keysOf(options: JwtOptions): KeysFor {
  if (options.algorithm === 'HS256') return sharedSecret(options.secret);
  if ('keyServer' in options) return remoteKeys(options.algorithm, options.keyServer);
  return publicKeySet(options.algorithm, options.publicKeys);
}

/** Several keys without a name are tried one after the other: only one of them can have signed the token. */
function verifyWithAny(
  keys: readonly KeyObject[],
  token: string,
  decoded: Jwt,
  options: JwtOptions,
  nowMs: number,
): Verdict {
  for (const key of keys) {
    const close = verifyWith(key, token, options, nowMs);
    if (close === undefined) return accepted(decoded.payload, options, nowMs);
    if (close !== 'token-bad-signature') return refused(close);
  }
  return refused('token-bad-signature');
}

/** Why this token is not accepted, if it is not. */
function verifyWith(
  key: KeyObject,
  token: string,
  options: JwtOptions,
  nowMs: number,
): CloseName | undefined {
  try {
    jwt.verify(token, key, verifyOptions(options, nowMs));
    return undefined;
  } catch (error) {
    return closeFor(error);
  }
}

function accepted(claims: unknown, options: JwtOptions, nowMs: number): Verdict {
  const { exp } = claims as { exp?: unknown };
  if (typeof exp !== 'number' || !Number.isSafeInteger(Math.ceil(exp * 1000)))
    return refused('token-bad-claims');
  return identityOf(claims, options, Math.ceil(exp * 1000) + LEEWAY_MS - nowMs);
}

function decode(token: string): Jwt | undefined {
  try {
    const decoded = jwt.decode(token, { complete: true });
    return typeof decoded?.header === 'object' ? decoded : undefined;
  } catch {
    // A header that promises JSON before a payload that is none. The edge counts the refusal.
    return undefined;
  }
}

function verifyOptions({ algorithm, issuer, audience }: JwtOptions, nowMs: number): VerifyOptions {
  return {
    algorithms: [algorithm],
    clockTimestamp: Math.floor(nowMs / 1000),
    clockTolerance: LEEWAY_MS / 1000,
    ...(issuer !== undefined && { issuer }),
    ...(audience !== undefined && { audience }),
  };
}

/** What jsonwebtoken says only in words; anything it may say beside these is about the signature, the algorithm or the key. */
const CLOSE_BY_MESSAGE: readonly (readonly [start: string, close: CloseName])[] = [
  ['jwt issuer invalid', 'token-wrong-issuer'],
  ['jwt audience invalid', 'token-wrong-audience'],
  ['invalid exp value', 'token-bad-claims'],
  ['invalid nbf value', 'token-bad-claims'],
];

function closeFor(error: unknown): CloseName {
  if (error instanceof jwt.TokenExpiredError) return 'token-expired';
  if (error instanceof jwt.NotBeforeError) return 'token-not-yet-valid';
  const message = error instanceof Error ? error.message : '';
  return CLOSE_BY_MESSAGE.find(([start]) => message.startsWith(start))?.[1] ?? 'token-bad-signature';
}
