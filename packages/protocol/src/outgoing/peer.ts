import * as z from 'zod';

import { instanceId, meta, peerId, roomId, userId } from '../fields.ts';

/**
 * Another peer of a room, as told to you.
 *
 * - `user`: who its token speaks for; absent with a public token, which speaks for nobody.
 * - `polite`: whether *you* are the polite one towards it. Of two, the later joiner is polite, and offers first.
 * - `meta`: absent if it told nothing.
 * - `away`: its socket is gone, and its seat waits for it, as after `peer-away`; absent if it is here.
 */
export const roomPeer = z.object({
  peer: peerId,
  user: userId.optional(),
  instance: instanceId,
  meta: meta.optional(),
  polite: z.boolean(),
  away: z.literal(true).optional(),
});

export type RoomPeer = z.infer<typeof roomPeer>;

/** A room as it stands: its seats, and the *others* in it, in the order of their joining. */
export const roomSnapshot = z.object({
  room: roomId,
  capacity: z.int().min(2),
  peers: z.array(roomPeer),
});

export type RoomSnapshot = z.infer<typeof roomSnapshot>;
