import { isRoomCode } from '@parley/protocol/plain';

import { ParleyError } from './error.ts';

/** Of a key, no more than this may be taken for the name of a room: what is left is as good as a key. */
const MOST_LEAKED = 21;

/** What {@link Room.invitation} says, taken apart. */
export interface Invitation {
  /** The code or the name of the room. */
  readonly room: string;
  /** The key of a secret room: 256 bits as base64url. */
  readonly key?: string;
}

/**
 * A code as people type it, as `join` takes it: in lower case, without the dash, with spaces around or within, or as the whole
 * link that ends in it; the key of a secret room stays behind it. `undefined` if it can be none: characters that no code has
 * (0, O, 1, I, L) are not guessed at.
 */
export function readCode(text: string): string | undefined {
  const [, typed = '', key = ''] = /([^#.]*)(\.[\w-]{43})?\s*$/.exec(text) ?? [];
  const code = typed
    .toUpperCase()
    .replaceAll(/[\s–—-]/g, '')
    .replace(/^.{4}/, '$&-');
  return isRoomCode(code) ? code + key : undefined;
}

/**
 * An invitation is a code, a dot and a key. Whatever else there is is the name of a room, dots included; but no server
 * hears of a key that was damaged on its way here.
 *
 * @throws ParleyError `room-not-found` for a code with what may be a part of a key
 */
export function readInvitation(text: string): Invitation {
  const [, typed = '', rest = ''] = /([^#.]*)\.([^#]*)$/.exec(text) ?? [];
  const key = rest.trim();
  const room = readCode(typed);
  if (!room) return { room: text };
  if (/^[\w-]{43}$/.test(key)) return { room, key };
  if (isRoomCode(typed.trim()) || key.length > MOST_LEAKED) throw new ParleyError('room-not-found');
  return { room: text };
}
