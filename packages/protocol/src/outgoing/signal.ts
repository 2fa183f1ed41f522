import * as z from 'zod';

import { candidate, counter, custom, description, instanceId, peerId, roomId } from '../fields.ts';

/**
 * What a peer sent you, in its own words; `from` and `fromInstance` are stamped by the node.
 *
 * - `mailed`: it was kept while you were away, and was handed to this many sessions of yours before that ended without a
 *   word. You may have had it.
 */
export const signal = z.object({
  type: z.literal('signal'),
  room: roomId,
  from: peerId,
  fromInstance: instanceId,
  description: description.optional(),
  candidate: candidate.nullable().optional(),
  custom: custom.optional(),
  seq: counter.optional(),
  ack: counter.optional(),
  mailed: counter.optional(),
});

export type RelayedSignal = z.infer<typeof signal>;
