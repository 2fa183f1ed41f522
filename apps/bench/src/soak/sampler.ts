import { scrape } from '@parley/test/faults/support/scrape.ts';
import type { NodeProcess } from '@parley/test/support/process.ts';
import { plainRedis } from '@parley/test/support/redis-keys.ts';

import type { NodeReading, Sample } from './measures.ts';
import { readProcess } from './process-reading.ts';
import type { Stage } from './stage.ts';

/** What was counted at a look, to tell rates from at the next one. */
interface Counted {
  readonly atMs: number;
  readonly busyMs: readonly number[];
  readonly commands: number;
}

/** Looks at a stage from outside, whenever it is asked to: `/proc`, `/metrics`, and INFO of Redis. */
export class Sampler {
  readonly #stage: Stage;
  readonly #redis: ReturnType<typeof plainRedis>;
  #before: Counted = { atMs: 0, busyMs: [], commands: 0 };
  #startedAtMs = 0;

  constructor(stage: Stage) {
    this.#stage = stage;
    this.#redis = plainRedis(stage.redis.url);
  }

  /** From here on time is counted. */
  async start(): Promise<void> {
    await this.look(); // the first rates are reckoned from it
    const passedMs = performance.now() - this.#startedAtMs;
    this.#startedAtMs += passedMs;
    this.#before = { ...this.#before, atMs: this.#before.atMs - passedMs };
  }

  /** @throws Error when a node has ended, or Redis */
  async look(): Promise<Sample> {
    const { nodes, redis } = this.#stage;
    const [kernel, gauges, server] = await Promise.all([
      Promise.all(nodes.map(({ pid }) => readProcess(pid))),
      Promise.all(nodes.map(readGauges)),
      this.#readRedis(),
      readProcess(redis.pid), // throws at once when it has ended: its client would go on trying for a minute
    ]);
    const atMs = performance.now() - this.#startedAtMs;
    const before = this.#before;
    const elapsedMs = atMs - before.atMs;
    this.#before = { atMs, busyMs: kernel.map(({ busyMs }) => busyMs), commands: server.commands };
    return {
      atMs,
      nodes: gauges.map((gauge, index) => {
        const { residentBytes = 0, openFiles = 0, busyMs = 0 } = kernel[index] ?? {};
        const busy = (busyMs - (before.busyMs[index] ?? busyMs)) / elapsedMs;
        return { ...gauge, resident: residentBytes, openFiles, busy };
      }),
      redis: {
        redisKeys: server.keys,
        redisMemory: server.memoryBytes,
        redisCommands: ((server.commands - before.commands) * 1_000) / elapsedMs,
      },
    };
  }

  async redisVersion(): Promise<string> {
    return /^redis_version:(\S+)/m.exec(await this.#redis.info('server'))?.[1] ?? 'unknown';
  }

  stop(): void {
    this.#redis.disconnect();
  }

  async #readRedis() {
    const [info, keys] = await Promise.all([this.#redis.info(), this.#redis.dbsize()]);
    const read = (name: string) => Number(new RegExp(`^${name}:(\\d+)`, 'm').exec(info)?.[1]);
    return { keys, memoryBytes: read('used_memory'), commands: read('total_commands_processed') };
  }
}

type Gauges = Omit<NodeReading, 'resident' | 'openFiles' | 'busy'>;

/** A scrape also ends one measurement of the event loop and begins the next, so each sample has its own. */
async function readGauges(node: NodeProcess): Promise<Gauges> {
  const read = await scrape(node);
  return {
    heap: read(SPACE, { space: 'old' }) + read(SPACE, { space: 'large_object' }),
    external: read('nodejs_external_memory_bytes'),
    handles: read('nodejs_active_handles_total'),
    loopDelay: Math.max(0, read('nodejs_eventloop_lag_p99_seconds') * 1_000 - LOOP_TIMER_MS),
    sessions: read('parley_sessions'),
    rooms: read('parley_rooms'),
    waiters: read('parley_waiters'),
    receipts: read('parley_pending_receipts'),
    lanes: read('parley_blocked_lanes'),
  };
}

/** What outlives a minor collection is moved there: the nursery only says when the last one was. */
const SPACE = 'nodejs_heap_space_size_used_bytes';
/** The delay is measured as the time between two ticks of a timer, which are so far apart in an idle loop. */
const LOOP_TIMER_MS = 10;
