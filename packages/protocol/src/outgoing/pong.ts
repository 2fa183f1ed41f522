import * as z from 'zod';

import { messageId } from '../fields.ts';

/** Answers `ping`. */
export const pong = z.object({
  type: z.literal('pong'),
  re: messageId.optional(),
});

export type Pong = z.infer<typeof pong>;
