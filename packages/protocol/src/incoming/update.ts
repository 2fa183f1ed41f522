import * as z from 'zod';

import { messageId, meta, roomId } from '../fields.ts';

/** Replaces what the others in a room are told about this peer; answered by `updated`. */
export const update = z.strictObject({
  type: z.literal('update'),
  id: messageId.optional(),
  room: roomId,
  meta,
});

export type Update = z.infer<typeof update>;
