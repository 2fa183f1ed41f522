import { ROOM_CODE_ALPHABET, type RoomId } from '@parley/protocol';
import type { Random } from './ports/clock.ts';

/** A fresh code, `XXXX-XXXX`: 39.6 bits. Not reserved: whoever joins with it must insist on its being new. */
export function mintRoomCode(random: Random): RoomId {
  const letter = () => ROOM_CODE_ALPHABET[random.below(ROOM_CODE_ALPHABET.length)];
  const half = () => Array.from({ length: 4 }, letter).join('');
  return `${half()}-${half()}` as RoomId;
}
