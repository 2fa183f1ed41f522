import { isRoomCode } from '@parley/protocol/plain';
import type { RoomId } from '@parley/protocol/plain';

/**
 * A code as people write it: in lower case, without the dash, with spaces around or within, or as the whole link that ends
 * in it. `undefined` if it can be none; characters that no code has (0, O, 1, I, L) are not guessed at.
 */
export function readCode(text: string): RoomId | undefined {
  const letters = text
    .slice(text.lastIndexOf('#') + 1)
    .toUpperCase()
    .replaceAll(/[\s–—-]/g, '');
  const code = `${letters.slice(0, 4)}-${letters.slice(4)}`;
  return isRoomCode(code) ? code : undefined;
}
