import * as z from 'zod';

import { messageId } from '../fields.ts';

/** Ends the session on purpose: every seat is given up at once, and the socket closes with 1000. */
export const bye = z.strictObject({
  type: z.literal('bye'),
  id: messageId.optional(),
});

export type Bye = z.infer<typeof bye>;
