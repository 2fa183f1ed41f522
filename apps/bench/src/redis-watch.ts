import { Redis } from 'ioredis';

/** What a Redis did for its clients in a while, without what watching it cost. */
export interface RedisWork {
  /** Commands that clients sent, PUBLISH not among them. A script is one. */
  readonly commands: number;
  readonly publishes: number;
  /** What scripts called while they ran. */
  readonly inScripts: number;
  /** Bytes to and from Redis. */
  readonly bytes: number;
  readonly elapsedMs: number;
}

/**
 * Looks at every command (MONITOR) while `work` is done.
 *
 * @param settleMs for how long to go on looking then: what was begun is to be counted
 */
export async function watchRedis(
  url: string,
  work: () => Promise<unknown>,
  settleMs = 500,
): Promise<RedisWork> {
  const [asking, counter] = [new Redis(url), new Redis(url)];
  const monitor = await counter.monitor();
  const count = { commands: 0, publishes: 0, inScripts: 0 };
  monitor.on('monitor', (_time: string, [name = '']: readonly string[], source: string) => {
    const kind = name.toLowerCase();
    if (source === 'lua') count.inScripts += 1;
    else if (kind === 'publish' || kind === 'spublish') count.publishes += 1;
    else if (kind !== 'info') count.commands += 1;
  });
  try {
    const [bytesBefore, shownBefore, startedAtMs] = [
      await bytesOf(asking),
      shownBy(monitor),
      performance.now(),
    ];
    await work();
    await new Promise((resolve) => setTimeout(resolve, settleMs));
    const bytes = (await bytesOf(asking)) - bytesBefore - (shownBy(monitor) - shownBefore);
    return { ...count, bytes, elapsedMs: performance.now() - startedAtMs };
  } finally {
    for (const connection of [asking, counter, monitor]) connection.disconnect();
  }
}

/** What is left of the work when that of nobody being there, at this rate, is taken away; for one of so many. */
export function workOfEach(work: RedisWork, idle: RedisWork, count: number): Omit<RedisWork, 'elapsedMs'> {
  const share = work.elapsedMs / idle.elapsedMs;
  const each = (name: keyof RedisWork) => Math.max(0, work[name] - idle[name] * share) / count;
  return {
    commands: each('commands'),
    publishes: each('publishes'),
    inScripts: each('inScripts'),
    bytes: each('bytes'),
  };
}

/** Memory that a Redis uses for data, in bytes. */
export async function redisMemory(url: string): Promise<number> {
  const redis = new Redis(url);
  try {
    return numberIn(await redis.info('memory'), 'used_memory');
  } finally {
    redis.disconnect();
  }
}

async function bytesOf(redis: Redis): Promise<number> {
  const info = await redis.info('stats');
  return numberIn(info, 'total_net_input_bytes') + numberIn(info, 'total_net_output_bytes');
}

/** What MONITOR itself has been sent so far. */
const shownBy = (monitor: Redis) => (monitor.stream as { bytesRead?: number }).bytesRead ?? 0;

function numberIn(info: string, name: string): number {
  const [, digits] = new RegExp(`^${name}:(\\d+)`, 'm').exec(info) ?? [];
  if (digits === undefined) throw new Error(`Redis does not tell its ${name}`);
  return Number(digits);
}
