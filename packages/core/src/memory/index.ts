/**
 * The ports of a single node, which keep everything in memory: what `npm start` runs on, and what tests and simulations use
 * in the place of a Redis. All time and chance comes from the clock and the random that they are given.
 *
 * - `directory.ts` of `nodes.ts`, `peers.ts`, `rooms.ts`, `queues.ts` and `bans.ts`: several nodes may share one
 * - `limiter.ts` budgets, also those that a node keeps for itself when it cannot ask the shared ones
 * - `network.ts` joins the `bus.ts` of several nodes
 * - `lapsing.ts`, `places.ts` what these have in common: records that end by themselves, places in an order
 */
export { MemoryBus, type MemoryBusOptions } from './bus.ts';
export { MemoryDirectory, type DirectoryCopy, type DirectorySizes, type World } from './directory.ts';
export { MemoryLimiter } from './limiter.ts';
export { MemoryNetwork, type Fate, type MemoryNetworkOptions } from './network.ts';
