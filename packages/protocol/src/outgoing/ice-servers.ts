import * as z from 'zod';

import { durationMs, messageId } from '../fields.ts';

/** An RTCIceServer (W3C WebRTC section 4.2.2), to be handed to RTCPeerConnection as it is. */
export const iceServer = z.object({
  urls: z.union([z.string(), z.array(z.string())]),
  username: z.string().optional(),
  credential: z.string().optional(),
});

export type IceServer = z.infer<typeof iceServer>;

/**
 * Answers `ice`.
 *
 * - `expiresInMs`: how long the credentials among `iceServers` open a relay; absent if nothing of them expires.
 */
export const iceServers = z.object({
  type: z.literal('ice-servers'),
  re: messageId.optional(),
  iceServers: z.array(iceServer),
  expiresInMs: durationMs.optional(),
});

export type IceServersAnswer = z.infer<typeof iceServers>;
