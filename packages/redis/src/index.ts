/**
 * What the nodes of a cluster share, over ioredis: directory, limiter and bus.
 *
 * - `topology.ts` reads the URL, `connect.ts` opens connections that notice a dead or frozen Redis in time
 * - `keys.ts` is every key and channel, with its shape and its end
 * - `scripts/*.lua` is what happens in Redis, one script a file; `scripts.ts` loads and runs them
 * - `nodes.ts`, `peers.ts`, `rooms.ts`, `queues.ts`, `bans.ts` put the directory's questions to the scripts; `limiter.ts` likewise
 * - `bus.ts` gathers envelopes into frames (`envelope-codec.ts`) and listens at this node's inbox (`inbox.ts`)
 */
export { connectRedis, type RedisOptions, type RedisState, type SharedPorts } from './connect-redis.ts';
export { parseRedisUrl, type Topology } from './topology.ts';
export { keysOf } from './keys.ts';
