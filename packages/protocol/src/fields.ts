/**
 * The members that several messages share. What text can say is said by a pattern, so that the generated JSON
 * Schema says it too.
 */
import * as z from 'zod';

import { CAPACITY, MATCH_SIZE, MAX_META_BYTES } from './bounds.ts';
import { CANDIDATE_PATTERN } from './candidate.ts';
import { ID_PATTERN, REALM_PATTERN } from './ids.ts';
import type { InstanceId, NodeId, PeerId, QueueName, Realm, RoomId, SessionId, UserId } from './ids.ts';
import { fitsJsonBytes } from './json.ts';
import type { Json } from './json.ts';
import { SDP_PATTERN } from './sdp.ts';

export const peerId = named<PeerId>(ID_PATTERN);
export const roomId = named<RoomId>(ID_PATTERN);
export const userId = named<UserId>(ID_PATTERN);
export const sessionId = named<SessionId>(ID_PATTERN);
export const nodeId = named<NodeId>(ID_PATTERN);
export const instanceId = named<InstanceId>(ID_PATTERN);
export const queueName = named<QueueName>(ID_PATTERN);
export const realm = named<Realm>(REALM_PATTERN);

/** What a client may mark a message with, and gets back as `re`. */
export const messageId = z.union([z.string().max(64), z.int()]);
export type MessageId = z.infer<typeof messageId>;

/** What a peer tells the others about itself: any JSON of at most {@link MAX_META_BYTES}. */
export const meta = z
  .unknown()
  .refine((value) => fitsJsonBytes(value, MAX_META_BYTES))
  .describe(`any JSON, at most ${MAX_META_BYTES} bytes`) as unknown as z.ZodType<Json>;

export const capacity = z.int().min(CAPACITY.min).max(CAPACITY.max);
export const matchSize = z.int().min(MATCH_SIZE.min).max(MATCH_SIZE.max);

/** `seq` and `ack`: relayed unread. */
export const counter = z.int().min(0);

/** A duration. Never an absolute time: nobody on the wire shares a clock. */
export const durationMs = z.int().min(0);

/** RTCSessionDescriptionInit (W3C WebRTC section 4.6.2); members unknown to us are dropped. `rollback` never travels. */
export const description = z.object({
  type: z.enum(['offer', 'answer', 'pranswer']),
  sdp: z.string().regex(SDP_PATTERN),
});
export type Description = z.infer<typeof description>;

/** `mid` and `ufrag`: short, and on one line. */
export const SHORT_TEXT_PATTERN = /^[^\x00-\x1f\x7f]{0,256}$/;
const shortText = z.string().regex(SHORT_TEXT_PATTERN);

/** RTCIceCandidateInit (W3C WebRTC section 4.8.1); members unknown to us are dropped. */
export const candidate = z.object({
  candidate: z.string().regex(CANDIDATE_PATTERN),
  sdpMid: shortText.nullish(),
  sdpMLineIndex: z.int().min(0).max(65535).nullish(),
  usernameFragment: shortText.nullish(),
});
export type Candidate = z.infer<typeof candidate>;

/** Opaque: never looked into. Whoever encrypts signals end to end puts them here. */
export const custom = z.unknown().describe('any JSON') as unknown as z.ZodType<Json>;

/** A text of this form, typed as the id it stands for; zod's own brand would tie the ids to zod. */
function named<Id extends string>(pattern: RegExp): z.ZodType<Id> {
  return z.string().regex(pattern) as unknown as z.ZodType<Id>;
}
