import * as z from 'zod';

import { messageId, roomId } from '../fields.ts';

/** Gives up the seat in a room; answered by `left`. */
export const leave = z.strictObject({
  type: z.literal('leave'),
  id: messageId.optional(),
  room: roomId,
});

export type Leave = z.infer<typeof leave>;
