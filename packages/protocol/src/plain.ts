/**
 * What needs no zod: constants, small pure functions, and every type. This is what browsers import
 * (`@parley/protocol/plain`), so nothing here may import a value from a file that imports zod; a test holds it.
 */
export * from './ids.ts';
export * from './error.ts';
export * from './close.ts';
export * from './refusal.ts';
export * from './endpoints.ts';
export * from './subprotocol.ts';
export * from './resume-token.ts';
export * from './bounds.ts';
export type { Json } from './json.ts';

export type { Candidate, Description, MessageId } from './fields.ts';
export type * from './incoming/index.ts';
export type * from './outgoing/index.ts';
