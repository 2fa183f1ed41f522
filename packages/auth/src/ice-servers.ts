import { createHmac } from 'node:crypto';

import type { IceServers } from '@parley/core';
import type { IceServer, PeerId } from '@parley/protocol';

/** Of what stands between a stranger and relaying for nothing: whoever has one credential can guess at the secret at home. */
export const MIN_TURN_SECRET_BYTES = 32;

/** A TURN server that knows the same secret (coturn: `use-auth-secret`, `static-auth-secret`). */
export interface TurnOptions {
  /** `turn:` and `turns:` URLs (RFC 7065). */
  readonly urls: readonly string[];
  readonly secret: string;
  /** How long a credential opens a relay, in whole seconds. What is open then goes on. */
  readonly ttlSeconds: number;
  /** Milliseconds since 1970, not the node's clock; see `credentialFor`. */
  readonly wallClock?: () => number;
}

/**
 * The STUN and TURN servers of a deployment. STUN servers want no credential; for a TURN server each peer gets its own, so
 * that the server can count by peer and nobody's outlives its time.
 */
export function iceServersOf(stunUrls: readonly string[], turn?: TurnOptions): IceServers {
  const stun: readonly IceServer[] = stunUrls.length > 0 ? [{ urls: [...stunUrls] }] : [];
  if (!turn) return { serversFor: () => ({ iceServers: stun }) };
  const { urls, ttlSeconds } = turn;
  return {
    serversFor: (peer) => ({
      iceServers: [...stun, { urls: [...urls], ...credentialFor(peer, turn) }],
      expiresInMs: ttlSeconds * 1_000,
    }),
  };
}

/**
 * A credential after draft-uberti-behave-turn-rest-00, as coturn checks it: the username is `expiry:peer`, the password
 * base64(HMAC-SHA1(secret, username)).
 *
 * The expiry is a time and no duration, because the server never hears from us and compares it with its own clock. So this, and
 * nothing else of a node, goes by the wall clock; it must agree with that of the TURN server within a fraction of the ttl.
 */
function credentialFor(
  peer: PeerId,
  { secret, ttlSeconds, wallClock = Date.now }: TurnOptions,
): { username: string; credential: string } {
  // Rounded up: it is good for as long as was said, and up to a second longer.
  const username = `${Math.ceil(wallClock() / 1_000) + ttlSeconds}:${peer}`;
  return { username, credential: createHmac('sha1', secret).update(username).digest('base64') };
}
