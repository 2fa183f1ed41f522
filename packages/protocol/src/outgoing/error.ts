import * as z from 'zod';

import { ERROR_CODES } from '../error.ts';
import type { ErrorCode } from '../error.ts';
import { durationMs, matchSize, messageId, peerId, queueName, roomId } from '../fields.ts';

/**
 * Answers one message; the session lives on. `code` is the contract, `message` is for people and may change.
 *
 * Where there is no `re`, `room` and `to` say which signal it was, `queue` and `size` which match.
 */
export const error = z.object({
  type: z.literal('error'),
  re: messageId.optional(),
  code: z.enum(Object.keys(ERROR_CODES) as ErrorCode[]),
  message: z.string(),
  retryAfterMs: durationMs.optional(),
  room: roomId.optional(),
  to: peerId.optional(),
  queue: queueName.optional(),
  size: matchSize.optional(),
});

export type ErrorReply = z.infer<typeof error>;
