import * as z from 'zod';

import { MAX_MATCH_TIMEOUT_MS } from '../bounds.ts';
import { matchSize, messageId, meta, queueName } from '../fields.ts';

/**
 * Waits in a queue for strangers; answered by `waiting`, and later by one `joined` with `queue`, without `re`.
 *
 * - A queue is its name and `size` (default 2): who asks for three waits apart from who asks for two.
 * - `timeoutMs`: after this time without a match, the error `match-timeout`; absent, it waits as long as the session.
 */
export const match = z.strictObject({
  type: z.literal('match'),
  id: messageId.optional(),
  queue: queueName,
  size: matchSize.optional(),
  meta: meta.optional(),
  timeoutMs: z.int().min(1).max(MAX_MATCH_TIMEOUT_MS).optional(),
});

export type Match = z.infer<typeof match>;
