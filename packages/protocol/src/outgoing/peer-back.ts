import * as z from 'zod';

import { peerId, roomId } from '../fields.ts';

/** A peer that was away continues its session: same instance, and its mail first. (Reserved.) */
export const peerBack = z.object({
  type: z.literal('peer-back'),
  room: roomId,
  peer: peerId,
});

export type PeerBack = z.infer<typeof peerBack>;
