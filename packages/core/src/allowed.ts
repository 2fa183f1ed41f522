import { isRoomCode, type RoomId } from '@parley/protocol';
import type { Allowed, Identity } from './ports/verifier.ts';

/** Whether a token's list allows a name: exactly, or by a `prefix*`. */
export const isAllowed = (allowed: Allowed, name: string): boolean =>
  allowed.some((entry) => (entry.endsWith('*') ? name.startsWith(entry.slice(0, -1)) : name === entry));

/** Whether a token still allows a room that its peer has a seat in. Who was matched was let in by the match. */
export const maySit = ({ codes, rooms }: Identity, room: RoomId): boolean =>
  isRoomCode(room) ? codes : MATCHED.test(room) || isAllowed(rooms, room);

/** The room of a match. Nobody guesses its name. */
export const matchedRoom = (id: string) => `match-${id}` as RoomId;

const MATCHED = /^match-[0-9a-f]{32}$/;
