import * as z from 'zod';

import { matchSize, messageId, queueName } from '../fields.ts';

/** Answers `unmatch`: you wait no longer, and no `joined` for this queue will come. */
export const unmatched = z.object({
  type: z.literal('unmatched'),
  re: messageId.optional(),
  queue: queueName,
  size: matchSize,
});

export type Unmatched = z.infer<typeof unmatched>;
