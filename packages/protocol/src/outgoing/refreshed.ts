import * as z from 'zod';

import { durationMs, messageId } from '../fields.ts';

/** Answers `refresh`: what is left of the new token. */
export const refreshed = z.object({
  type: z.literal('refreshed'),
  re: messageId.optional(),
  expiresInMs: durationMs.optional(),
});

export type Refreshed = z.infer<typeof refreshed>;
