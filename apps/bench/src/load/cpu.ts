import { readFileSync } from 'node:fs';

/** How busy processes were for a while, each as a share of one core: 1 is one core in full. */
export interface Busy {
  /** The process that makes the load: near 1 it, and not the server, is what was measured. */
  readonly load: number;
  /** All processes of the contestant together, Redis not among them; absent where the system does not tell. */
  readonly servers?: number;
  readonly redis?: number;
}

/** Who is watched beside the load itself. */
export interface Watched {
  readonly servers: readonly number[];
  readonly redis?: number;
}

/** Begins to watch; the answer says what share of one core each took since. */
export function watchCpu(watched: Watched): () => Busy {
  const started = { atMs: performance.now(), load: process.cpuUsage(), ...timesOf(watched) };
  return () => {
    const elapsedMs = performance.now() - started.atMs;
    const { user, system } = process.cpuUsage(started.load);
    const { servers, redis } = timesOf(watched);
    return {
      load: (user + system) / 1_000 / elapsedMs,
      ...share('servers', servers, started.servers, elapsedMs),
      ...share('redis', redis, started.redis, elapsedMs),
    };
  };
}

function share(
  name: string,
  nowMs: number | undefined,
  thenMs: number | undefined,
  elapsedMs: number,
): object {
  return nowMs === undefined || thenMs === undefined ? {} : { [name]: (nowMs - thenMs) / elapsedMs };
}

function timesOf({ servers, redis }: Watched): { servers: number | undefined; redis: number | undefined } {
  const times = servers.map(cpuTimeMs);
  const known = times.filter((time) => time !== undefined);
  return {
    servers: known.length < times.length ? undefined : known.reduce((sum, time) => sum + time, 0),
    redis: redis === undefined ? undefined : cpuTimeMs(redis),
  };
}

/** Linux counts in ticks of 10 ms, on every machine there is. */
const TICK_MS = 10;

/** CPU time of a process so far, its threads included, in milliseconds; nothing on systems without /proc. */
export function cpuTimeMs(pid: number): number | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'latin1');
    // The name, in parentheses, may hold spaces; utime and stime are the 12th and 13th field behind it.
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    return (Number(fields[11]) + Number(fields[12])) * TICK_MS;
  } catch {
    return undefined; // no Linux, or the process has ended
  }
}

/**
 * Processor time for each of what was done so often a second, in microseconds, as figures. Where others use the machine as
 * well, it says more than the rate.
 */
export function costs({ servers, redis }: Busy, perSecond: number): Readonly<Record<string, number>> {
  const costUs = (busy: number) => (busy / perSecond) * 1_000_000;
  return {
    ...(servers !== undefined && { serverUs: costUs(servers) }),
    ...(redis !== undefined && { redisUs: costUs(redis) }),
  };
}
