import * as z from 'zod';

import { candidate, counter, custom, description, instanceId, peerId, roomId } from '../fields.ts';

/**
 * What a peer sent you, in its own words; `from` and `fromInstance` are stamped by the node.
 *
 * - `mailed`: a resume that died had perhaps delivered this once already, as often as it says. (Reserved.)
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
