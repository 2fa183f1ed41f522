import { randomBytes } from 'node:crypto';

import { RedisContainer } from '@testcontainers/redis';

import { Child, temporaryFolder } from './child.ts';
import { withFreePorts } from './ports.ts';
import { has, pathOf } from './programs.ts';

/** A real Redis that other tests may be using too: keep to a prefix of your own, leave the server as it is. */
export interface SharedRedis {
  /** What `PARLEY_REDIS_URL` takes. */
  readonly url: string;
  stop(): Promise<void>;
}

/** A Redis process of this test alone, which may be paused, killed and emptied. */
export interface OwnRedis extends SharedRedis {
  readonly port: number;
  /** Another one after `restartEmpty`. */
  readonly pid: number;
  /** Freezes it (SIGSTOP): connections stay up, nothing answers, and what was written runs after `resume`. */
  pause(): void;
  resume(): void;
  /** Kills it (SIGKILL): connections break and new ones are refused, until `restartEmpty`. */
  crash(): Promise<void>;
  /** Kills it if need be, and starts another on the same port that knows nothing. */
  restartEmpty(): Promise<void>;
}

/**
 * The first Redis there is: the one at `PARLEY_TEST_REDIS_URL`, one in a container, one from the `redis-server` program.
 *
 * @throws Error that says what to install, if there is none
 */
export async function startRedis(): Promise<SharedRedis> {
  const url = process.env['PARLEY_TEST_REDIS_URL'];
  if (url) return { url, stop: async () => {} };
  return has('docker') ? startRedisContainer() : startOwnRedis();
}

/** A `redis-server` process: no persistence, nothing evicted, as production wants it. */
export function startOwnRedis(options: readonly string[] = []): Promise<OwnRedis> {
  return withFreePorts(1, (port) => RedisProcess.start(port, options));
}

/** A key prefix that no other test uses, for `PARLEY_REDIS_PREFIX`. */
export function uniquePrefix(): string {
  return `test-${randomBytes(6).toString('hex')}`;
}

async function startRedisContainer(): Promise<SharedRedis> {
  const container = await new RedisContainer('redis:7.4-alpine')
    .withCommand(['redis-server', ...frugal.flat()])
    .start();
  return {
    url: container.getConnectionUrl(),
    stop: async () => void (await container.stop()),
  };
}

/** A `redis-server` on one port for its whole life, through crashes and restarts. */
export class RedisProcess implements OwnRedis {
  readonly port: number;
  readonly #options: readonly string[];
  #child: Child;

  private constructor(port: number, options: readonly string[]) {
    this.port = port;
    this.#options = options;
    this.#child = spawnRedis(port, options);
  }

  /** @param options further ones, as on the command line */
  static async start(port: number, options: readonly string[]): Promise<RedisProcess> {
    const redis = new RedisProcess(port, options);
    await redis.#answers();
    return redis;
  }

  get url(): string {
    return `redis://127.0.0.1:${this.port}`;
  }

  get pid(): number {
    return this.#child.pid;
  }

  pause(): void {
    this.#child.kill('SIGSTOP');
  }

  resume(): void {
    this.#child.kill('SIGCONT');
  }

  async crash(): Promise<void> {
    this.#child.kill('SIGKILL');
    await this.#child.stop();
  }

  async restartEmpty(): Promise<void> {
    await this.crash();
    this.#child = spawnRedis(this.port, this.#options);
    await this.#answers();
  }

  stop(): Promise<void> {
    return this.#child.stop();
  }

  /** Its own word, not a PING: that could be answered by a stranger who took the port. */
  #answers(): Promise<boolean> {
    return this.#child.ready(() => this.#child.output.includes('Ready to accept connections'));
  }
}

/** Nothing on disk, nothing evicted. */
const frugal = [
  ['--save', ''],
  ['--appendonly', 'no'],
  ['--maxmemory-policy', 'noeviction'],
] as const;

function spawnRedis(port: number, options: readonly string[]): Child {
  const folder = temporaryFolder('redis');
  const place = ['--port', String(port), '--bind', '127.0.0.1', '--dir', folder];
  // A master that is told to end would otherwise wait ten seconds for its replicas.
  const args = [...place, ...frugal.flat(), '--shutdown-timeout', '0', ...options];
  return new Child({ name: 'redis-server', path: pathOf('redis-server'), args, folder });
}
