import * as z from 'zod';

import { durationMs, messageId } from '../fields.ts';

/**
 * Answers `signal`, if it had an `id`: the peer is away, and the signal waits in its mail for at most `forMs`.
 * Final: `peer-back` means that the peer gets it before anything newer, `peer-left` that it did not.
 */
export const kept = z.object({
  type: z.literal('kept'),
  re: messageId,
  forMs: durationMs,
});

export type Kept = z.infer<typeof kept>;
