import * as z from 'zod';

import { durationMs, matchSize, messageId, queueName } from '../fields.ts';
import { roomSnapshot } from './peer.ts';

/**
 * You have a seat. Answers `join`; with `queue` and `size` and without `re` it is the result of a `match`, and
 * `peers` are the others who were matched.
 *
 * - `codeExpiresInMs`: how long at least the code lives, for who joins a room by a code.
 */
export const joined = roomSnapshot.extend({
  type: z.literal('joined'),
  re: messageId.optional(),
  codeExpiresInMs: durationMs.optional(),
  queue: queueName.optional(),
  size: matchSize.optional(),
});

export type Joined = z.infer<typeof joined>;
