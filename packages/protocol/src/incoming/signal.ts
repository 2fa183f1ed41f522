import * as z from 'zod';

import { candidate, counter, custom, description, instanceId, messageId, peerId, roomId } from '../fields.ts';

/** The payloads, of which a signal carries one, or none beside an `ack`. */
export const PAYLOADS = ['description', 'candidate', 'custom'] as const;

/**
 * Goes to one peer of a room, in order; answered by `delivered` or `kept` if it carries an `id`, else only by errors.
 *
 * - Which payload is there is decided by presence: `candidate: null` is one (end of candidates), `custom: null` too.
 * - `seq` and `ack` are the peers' own counters, relayed unread; a frame with `ack` alone is allowed.
 * - `toInstance`: only to this life of the peer, never to the page that was reloaded since.
 */
export const signal = z
  .strictObject({
    type: z.literal('signal'),
    id: messageId.optional(),
    room: roomId,
    to: peerId,
    toInstance: instanceId.optional(),
    description: description.optional(),
    candidate: candidate.nullable().optional(),
    custom: custom.optional(),
    seq: counter.optional(),
    ack: counter.optional(),
  })
  .refine(hasOnePayloadOrAck)
  .meta({
    oneOf: [
      ...PAYLOADS.map((payload) => ({ required: [payload] })),
      { required: ['ack'], not: { anyOf: PAYLOADS.map((payload) => ({ required: [payload] })) } },
    ],
  });

export type Signal = z.infer<typeof signal>;

/** What a node reads of a signal: who it is for, and what its answer refers to. */
export type SignalAddress = Pick<Signal, 'type' | 'id' | 'room' | 'to' | 'toInstance'>;

/** The same of a signal that carries more; a member that is absent is `undefined`. */
export function addressOf({ type, id, room, to, toInstance }: Signal): SignalAddress {
  return { type, id, room, to, toInstance };
}

function hasOnePayloadOrAck(message: object): boolean {
  const payloads =
    Number('description' in message) + Number('candidate' in message) + Number('custom' in message);
  return payloads === 1 || (payloads === 0 && 'ack' in message);
}
