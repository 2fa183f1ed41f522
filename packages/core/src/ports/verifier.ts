import type { CloseName, PeerId, Realm, UserId } from '@parley/protocol';

/** Names a token allows: exact, or every name that begins with what stands before a final `*`. */
export type Allowed = readonly string[];

/** Who a session speaks for and what it may do, as its token says. */
export interface Identity {
  readonly realm: Realm;
  /** Who the token speaks for; absent with a public token, which speaks for nobody. One user may have several peers. */
  readonly user?: UserId;
  /** A fixed peer id: one session at a time. Absent: the node makes one. */
  readonly peer?: PeerId;
  readonly rooms: Allowed;
  readonly queues: Allowed;
  /** May mint and join codes. */
  readonly codes: boolean;
  /** JSON text that replaces what the client says about itself. */
  readonly meta?: string;
  /** How long the token is still good, from now. Absent: for ever. */
  readonly expiresInMs?: number;
}

/**
 * `malformed`: no token at all or nothing that looks like one; refused before a socket exists.
 * `refused`: well formed, and not accepted; the close says why.
 * `unavailable`: well formed, and the keys to judge it cannot be had now: neither accepted nor refused.
 */
export type Verdict =
  | { readonly ok: true; readonly identity: Identity }
  | { readonly ok: false; readonly kind: 'malformed' }
  | { readonly ok: false; readonly kind: 'unavailable'; readonly retryAfterMs: number }
  | { readonly ok: false; readonly kind: 'refused'; readonly close: CloseName };

export interface TokenVerifier {
  /** Never throws for anything a stranger sends. `undefined` is "no token". */
  verify(token: string | undefined): Promise<Verdict>;
}
