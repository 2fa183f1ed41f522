import * as z from 'zod';

import { peerId, roomId } from '../fields.ts';

/**
 * A peer's socket is gone, and its seat waits for it; `peer-back` or `peer-left` follows. Keep the call, which needs no
 * signalling, and go on signalling: what is sent to it is kept.
 */
export const peerAway = z.object({
  type: z.literal('peer-away'),
  room: roomId,
  peer: peerId,
});

export type PeerAway = z.infer<typeof peerAway>;
