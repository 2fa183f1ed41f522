/**
 * What travels on the wire between a client and a node; PROTOCOL.md is the same for people.
 *
 * - `ids.ts` the names, branded; `fields.ts` the members that messages share
 * - `incoming/`, `outgoing/` one message, one file: schema, type, meaning
 * - `codec.ts` text to message and back; `scan.ts`, `payload.ts` how a signal passes without being written anew
 * - `error.ts`, `close.ts`, `refusal.ts` every way to say no: to a message, to a session, to a connection
 * - `subprotocol.ts`, `resume-token.ts`, `endpoints.ts` what comes before the first frame
 */
export * from './plain.ts';

export { candidate, custom, description, meta } from './fields.ts';
export { INCOMING, incoming } from './incoming/index.ts';
export { OUTGOING, outgoing } from './outgoing/index.ts';
export { decode, DEFAULT_DECODE_LIMITS, encode, encodeSignal } from './codec.ts';
export type { Decoded, DecodeLimits } from './codec.ts';
