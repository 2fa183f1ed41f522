import * as z from 'zod';

import { messageId } from '../fields.ts';

/**
 * Answers `signal`, if it had an `id`: its node has written it to the peer's socket. Not "received": a socket may
 * look alive for a minute after its network is gone. Who must know uses `seq` and `ack`.
 */
export const delivered = z.object({
  type: z.literal('delivered'),
  re: messageId,
});

export type Delivered = z.infer<typeof delivered>;
