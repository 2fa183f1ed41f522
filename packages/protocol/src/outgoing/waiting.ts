import * as z from 'zod';

import { matchSize, messageId, queueName } from '../fields.ts';

/** Answers `match`: you wait. What becomes of it comes later, as `joined` or as the error `match-timeout`. */
export const waiting = z.object({
  type: z.literal('waiting'),
  re: messageId.optional(),
  queue: queueName,
  size: matchSize,
});

export type Waiting = z.infer<typeof waiting>;
