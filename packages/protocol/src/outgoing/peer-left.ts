import * as z from 'zod';

import { peerId, roomId } from '../fields.ts';

/**
 * A peer gave up its seat.
 *
 * - `left`: on purpose, by `leave`, `bye` or close 1000.
 * - `lost`: its connection dropped and it did not come back.
 * - `replaced`: the same peer started anew; `peer-joined` with a new instance follows.
 * - `kicked`: an operator took the seat.
 */
export const peerLeft = z.object({
  type: z.literal('peer-left'),
  room: roomId,
  peer: peerId,
  reason: z.enum(['left', 'lost', 'replaced', 'kicked']),
});

export type PeerLeft = z.infer<typeof peerLeft>;
