import * as z from 'zod';

import { messageId, roomId } from '../fields.ts';

/** Answers `update`. */
export const updated = z.object({
  type: z.literal('updated'),
  re: messageId.optional(),
  room: roomId,
});

export type Updated = z.infer<typeof updated>;
