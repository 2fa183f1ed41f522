import * as z from 'zod';

import { peerId, roomId } from '../fields.ts';

/** A peer that was away goes on: same instance, and what was kept for it before anything newer. */
export const peerBack = z.object({
  type: z.literal('peer-back'),
  room: roomId,
  peer: peerId,
});

export type PeerBack = z.infer<typeof peerBack>;
