/**
 * The proof with which a peer comes back: which peer, and a secret that only its last session was told. To clients it is
 * opaque; nodes write it, and read it again. Never logged, never answered.
 */

import { isId } from './ids.ts';
import type { PeerId } from './ids.ts';

/** What a resume token says. */
export interface ResumeToken {
  readonly peer: PeerId;
  /** 32 lower-case hex digits: 128 bits that nobody can guess. */
  readonly secret: string;
}

/** 171: what 128 characters of an id become in base64url. */
const TOKEN_PATTERN = /^([A-Za-z0-9_-]{2,171})\.([0-9a-f]{32})$/;

/**
 * The token of a peer, at most 204 of `A-Za-z0-9._-`: it may stand in a subprotocol and in a query as it is.
 *
 * @param secret 32 lower-case hex digits
 */
export function writeResumeToken(peer: PeerId, secret: string): string {
  return `${toBase64Url(peer)}.${secret}`;
}

/** Reads what {@link writeResumeToken} wrote, exactly; `undefined` for everything else. Never throws, whatever the text. */
export function readResumeToken(text: string): ResumeToken | undefined {
  const [, encoded = '', secret = ''] = TOKEN_PATTERN.exec(text) ?? [];
  // One character beyond a group of four encodes nothing, and `atob` throws for it.
  if (encoded === '' || encoded.length % 4 === 1) return undefined;
  const peer = fromBase64Url(encoded);
  // Several texts decode to the same bytes; one of them was written.
  return isId(peer) && toBase64Url(peer) === encoded ? { peer: peer as PeerId, secret } : undefined;
}

/** `btoa` takes one byte a character, which is all that an id has. */
function toBase64Url(id: string): string {
  return btoa(id).replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', '');
}

function fromBase64Url(text: string): string {
  return atob(text.replaceAll('-', '+').replaceAll('_', '/'));
}
