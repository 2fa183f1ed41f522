import * as z from 'zod';

import { messageId } from '../fields.ts';

/**
 * Asks for ICE servers anew, because credentials of a TURN server end; answered by `ice-servers`. Of use before an ICE
 * restart or another RTCPeerConnection: what is relayed already goes on.
 */
export const ice = z.strictObject({
  type: z.literal('ice'),
  id: messageId.optional(),
});

export type Ice = z.infer<typeof ice>;
