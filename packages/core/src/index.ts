/**
 * The node itself: no socket library, no Redis, no environment, no console.
 *
 * - `node.ts` what a node is, in one page: read this first; `parts.ts` what it is made of
 * - `ports/` what it needs of the world; the promises are in the comments, `contract/` is the same as tests
 * - `memory/` the ports for a single node, and the fakes of tests
 * - `door.ts` -> `session.ts` -> `handlers/` the way of a connection and of a message
 *   (`throttle.ts`, `penalties.ts`, `bans.ts`, `occupancy.ts` what the door asks; `stay.ts` who is inside; `guarded.ts` nothing thrown gets out)
 * - `rooms.ts`, `matchmaker.ts`, `presence.ts` what this node wishes, asserted through `writer.ts`
 * - `router.ts` -> `streams.ts` the way of a signal; `membership.ts` which nodes are alive, and what time it is
 */
export * from './envelope.ts';
export * from './fence.ts';
export * from './keys.ts';
export { isAllowed } from './allowed.ts';
export { bearerOf } from './credential.ts';
export { guarded } from './guarded.ts';
export { digestOf } from './visitor.ts';
export { json, refusalAnswer, secured } from './http-answer.ts';
export { LIMITS } from './limits.ts';
export { byJoining } from './seat-order.ts';
export { ParleyNode } from './node.ts';
export { Penalties } from './penalties.ts';
export type { CloseAnswer, Operations, SessionPage, SessionRecord } from './operations.ts';
export type { DoorOptions, NodeOptions } from './options.ts';
export type { NodePorts } from './parts.ts';
export * from './ports/index.ts';
export { systemClock, systemRandom } from './system.ts';
