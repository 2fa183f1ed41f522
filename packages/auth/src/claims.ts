import type { Allowed, Verdict } from '@parley/core';
import { isId, isRealm, MAX_META_BYTES } from '@parley/protocol';
import type { Json, PeerId, Realm, UserId } from '@parley/protocol';

import { refused } from './verdict.ts';

/** What a JWT says, beside `exp`, `nbf`, `iss` and `aud`. Claims that are not named here mean nothing. */
export interface Claims {
  /** The user the token speaks for. */
  readonly sub: string;
  /** A fixed peer id, one session at a time. Absent: every session is a peer of its own. */
  readonly peer?: string;
  /** Absent: the node's own. */
  readonly realm?: string;
  /** Rooms that may be joined: exact names, or `prefix*`. Absent: none. */
  readonly rooms?: readonly string[];
  /** Queues that may be waited in, written alike. Absent: none. */
  readonly queues?: readonly string[];
  /** May mint and join codes. Absent: no. */
  readonly codes?: boolean;
  /** Replaces what the client says about itself: any JSON of at most 1 KiB. */
  readonly meta?: Json;
}

/**
 * The identity that verified claims stand for. A claim of a wrong shape refuses the token, also one that would only have
 * granted less: whoever minted it meant something else.
 */
export function identityOf(claims: unknown, node: { readonly realm: Realm }, expiresInMs: number): Verdict {
  if (!isRecord(claims)) return refused('token-bad-claims');
  const { sub, peer, realm = node.realm, rooms = [], queues = [], codes = false, meta } = claims;
  if (typeof realm !== 'string' || !isRealm(realm)) return refused('token-wrong-realm');
  if (!isName(sub) || !(peer === undefined || isName(peer))) return refused('token-bad-claims');
  if (!isAllowedList(rooms) || !isAllowedList(queues) || typeof codes !== 'boolean')
    return refused('token-bad-claims');
  const metaText = meta === undefined ? undefined : JSON.stringify(meta);
  if (metaText !== undefined && Buffer.byteLength(metaText) > MAX_META_BYTES)
    return refused('token-bad-claims');
  return {
    ok: true,
    identity: {
      realm,
      user: sub as UserId,
      ...(peer !== undefined && { peer: peer as PeerId }),
      rooms: shared(rooms),
      queues: shared(queues),
      codes,
      ...(metaText !== undefined && { meta: metaText }),
      expiresInMs,
    },
  };
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isName(value: unknown): value is string {
  return typeof value === 'string' && isId(value);
}

/** What most tokens say is kept once, not once for every session. */
const shared = (list: Allowed): Allowed =>
  list.length === 0 ? NOTHING : list.length === 1 && list[0] === '*' ? EVERYTHING : list;

const NOTHING: Allowed = Object.freeze([]);
const EVERYTHING: Allowed = Object.freeze(['*']);

/** `prefix*` is a name by its alphabet already, and a lone `*` is every name. */
function isAllowedList(value: unknown): value is Allowed {
  return Array.isArray(value) && value.every(isName);
}
