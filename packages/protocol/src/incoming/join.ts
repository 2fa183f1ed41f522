import * as z from 'zod';

import { capacity, messageId, meta, roomId } from '../fields.ts';

/**
 * Takes a seat in a room; answered by `joined`. Idempotent: joining a room again is answered with how it stands.
 *
 * - `room` absent: mints a code. A `room` in the form of a code is joined, never created, so that a typo does not
 *   wait for ever.
 * - `create` (default true): whether a named room may be created. Without `room` it cannot be false.
 * - `capacity`: seats, decided by who creates the room; default 2 for a code, 16 for a name.
 * - `meta`: what the others are told about this peer, unless the token says it.
 */
export const join = z
  .strictObject({
    type: z.literal('join'),
    id: messageId.optional(),
    room: roomId.optional(),
    create: z.boolean().optional(),
    capacity: capacity.optional(),
    meta: meta.optional(),
  })
  .refine((message) => message.room !== undefined || message.create !== false, { path: ['create'] });

export type Join = z.infer<typeof join>;
