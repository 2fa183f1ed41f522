import * as z from 'zod';

import { matchSize, messageId, queueName } from '../fields.ts';

/**
 * Stops waiting in a queue (its name and `size`, default 2); answered by `unmatched`, or by the error `not-waiting`
 * when the match was faster: then the `joined` stands.
 */
export const unmatch = z.strictObject({
  type: z.literal('unmatch'),
  id: messageId.optional(),
  queue: queueName,
  size: matchSize.optional(),
});

export type Unmatch = z.infer<typeof unmatch>;
