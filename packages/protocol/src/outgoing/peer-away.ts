import * as z from 'zod';

import { peerId, roomId } from '../fields.ts';

/** A peer's socket is gone, and its seat waits for it. Keep the call: media need no signalling. (Reserved.) */
export const peerAway = z.object({
  type: z.literal('peer-away'),
  room: roomId,
  peer: peerId,
});

export type PeerAway = z.infer<typeof peerAway>;
