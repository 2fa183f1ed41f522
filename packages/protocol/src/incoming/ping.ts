import * as z from 'zod';

import { messageId } from '../fields.ts';

/**
 * Asks for a `pong`; for measuring, and for clients that cannot see WebSocket pings and want to know that the node
 * is there. Nothing obliges a client to send it.
 */
export const ping = z.strictObject({
  type: z.literal('ping'),
  id: messageId.optional(),
});

export type Ping = z.infer<typeof ping>;
