import * as z from 'zod';

import { durationMs, instanceId, nodeId, peerId, realm, sessionId, userId } from '../fields.ts';
import { iceServer } from './ice-servers.ts';
import { roomSnapshot } from './peer.ts';

/** What may stand in a subprotocol and in a query as it is. Clients look no further into it. */
const RESUME_PATTERN = /^[A-Za-z0-9._~-]{1,256}$/;

/**
 * The first message of every session; nothing comes before it.
 *
 * - `user`: absent with a public token.
 * - `node`: which node holds this session, for whoever looks for it in a log; another one after each start of the node.
 * - `resume`: the proof for coming back, a secret; opaque. `resumeForMs`: how long after the end of its socket the peer
 *   may come back. Absent where sessions cannot be resumed.
 * - `resumed`: whether this session continues an earlier one; then `rooms` says how its rooms stand.
 * - `expiresInMs`: what is left of the token; absent if it does not expire.
 * - `heartbeatMs`: how often the node pings. A client that hears nothing for twice this time is cut off.
 * - `limits`: numbers with their unit in the name. `features`: the optional abilities of this node.
 * - `iceExpiresInMs`: how long the credentials among `iceServers` open a relay; absent if nothing of them expires.
 */
export const welcome = z.object({
  type: z.literal('welcome'),
  peer: peerId,
  user: userId.optional(),
  instance: instanceId,
  session: sessionId,
  node: nodeId.optional(),
  realm,
  resume: z.string().regex(RESUME_PATTERN).optional(),
  resumeForMs: durationMs.optional(),
  resumed: z.boolean(),
  rooms: z.array(roomSnapshot).optional(),
  expiresInMs: durationMs.optional(),
  heartbeatMs: durationMs,
  limits: z.record(z.string(), z.number()),
  features: z.array(z.string()),
  iceServers: z.array(iceServer),
  iceExpiresInMs: durationMs.optional(),
});

export type Welcome = z.infer<typeof welcome>;
