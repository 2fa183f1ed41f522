import * as z from 'zod';

import { roomId } from '../fields.ts';
import { roomPeer } from './peer.ts';

/** Somebody took a seat. Always comes before that peer's first signal; the newcomer offers, you wait. */
export const peerJoined = roomPeer.extend({
  type: z.literal('peer-joined'),
  room: roomId,
});

export type PeerJoined = z.infer<typeof peerJoined>;
