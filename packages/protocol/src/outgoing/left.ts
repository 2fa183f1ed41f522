import * as z from 'zod';

import { messageId, roomId } from '../fields.ts';

/**
 * You have no seat in this room any more. Answers `leave`; with `reason` it comes unasked:
 *
 * - `room-full`: the cluster had lost the room, and others took the seats before this one was restored.
 * - `kicked`: an operator took the seat.
 */
export const left = z.object({
  type: z.literal('left'),
  re: messageId.optional(),
  room: roomId,
  reason: z.enum(['room-full', 'kicked']).optional(),
});

export type Left = z.infer<typeof left>;
