import * as z from 'zod';

import { meta, peerId, roomId } from '../fields.ts';

/** A peer replaced its `meta`. */
export const peerUpdated = z.object({
  type: z.literal('peer-updated'),
  room: roomId,
  peer: peerId,
  meta: meta.optional(),
});

export type PeerUpdated = z.infer<typeof peerUpdated>;
