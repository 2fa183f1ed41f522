import { setTimeout as pause } from 'node:timers/promises';

import { statusOf, type Status } from '../../support/process-cluster.ts';
import { startNode, type NodeProcess } from '../../support/process.ts';
import { plainRedis } from '../../support/redis-keys.ts';
import { startOwnRedis, uniquePrefix, type OwnRedis } from '../../support/redis.ts';
import { until } from '../../support/until.ts';
import type { Interval } from './interval.ts';
import { SlowLink } from './slow-link.ts';

/** One node from its start to its end. */
export interface NodeLife {
  /** As it calls itself, and as it stands in Redis. */
  readonly id: string;
  readonly url: string;
  readonly process: NodeProcess;
  end?: { readonly atMs: number; readonly how: 'killed' | 'drained' };
}

/** Node processes that share a Redis of their own, and everything that may befall them. Times as in `History`. */
export class FaultyCluster {
  readonly redis: OwnRedis;
  readonly prefix = uniquePrefix();
  /** Every node that ever was. */
  readonly lives: NodeLife[] = [];
  /** When which node was frozen. */
  readonly frozen: (Interval & { readonly url: string })[] = [];
  /** When Redis lost what it knew. */
  readonly losses: number[] = [];

  readonly #env: NodeJS.ProcessEnv;
  /** Between Redis and whoever has the first place. */
  readonly #link: SlowLink;
  readonly #places: NodeLife[] = [];

  private constructor(redis: OwnRedis, link: SlowLink, env: NodeJS.ProcessEnv) {
    this.redis = redis;
    this.#link = link;
    this.#env = env;
  }

  static async start(size: number, env: NodeJS.ProcessEnv): Promise<FaultyCluster> {
    const redis = await startOwnRedis();
    const cluster = new FaultyCluster(redis, await SlowLink.to(redis), env);
    await Promise.all(Array.from({ length: size }, (_, place) => cluster.#fill(place)));
    await cluster.gathered();
    return cluster;
  }

  /** Where nodes are, as far as anybody was told: one that was killed is still among them until there is another one. */
  get urls(): string[] {
    return this.#places.map(({ url }) => url);
  }

  /** The nodes in their places. */
  get nodes(): readonly NodeProcess[] {
    return this.#places.map(({ process }) => process);
  }

  /** Resolves when every node is ready and every one knows that every other is alive and hears. */
  async gathered(deadlineMs = 30_000): Promise<void> {
    const isWell = ({ node, state, hears }: Row, id: string) => node === id && state === 'alive' && hears;
    const isGathered = ({ ready, nodes }: Status) =>
      ready && this.#places.every(({ id }) => nodes.some((row) => isWell(row as Row, id)));
    const areGathered = async () => (await Promise.all(this.nodes.map(statusOf))).every(isGathered);
    await until(`${this.nodes.length} nodes that know each other`, areGathered, deadlineMs);
  }

  /** Ends a node without a warning and starts another one in its place. */
  async kill(place: number): Promise<void> {
    const life = this.#at(place);
    life.process.kill('SIGKILL');
    life.end = { atMs: performance.now(), how: 'killed' };
    await this.#fill(place);
  }

  /** Tells a node to end, and starts another one in its place meanwhile. */
  async drain(place: number): Promise<void> {
    const life = this.#at(place);
    life.process.kill('SIGTERM');
    const ended = life.process.exited.then(() => (life.end = { atMs: performance.now(), how: 'drained' }));
    await Promise.all([ended, this.#fill(place)]);
  }

  async freeze(place: number, forMs: number): Promise<void> {
    const { process, url } = this.#at(place);
    const fromMs = performance.now();
    process.kill('SIGSTOP');
    await pause(forMs);
    process.kill('SIGCONT');
    this.frozen.push({ url, fromMs, toMs: performance.now() });
  }

  async slowLink(delayMs: number, forMs: number): Promise<void> {
    this.#link.delayMs = delayMs;
    await pause(forMs);
    this.#link.delayMs = 0;
  }

  async freezeRedis(forMs: number): Promise<void> {
    this.redis.pause();
    await pause(forMs);
    this.redis.resume();
  }

  /** Ends Redis, which remembers nothing, and starts it again after a while. */
  async crashRedis(forMs: number): Promise<void> {
    this.losses.push(performance.now());
    await this.redis.crash();
    await pause(forMs);
    await this.redis.restartEmpty();
    this.losses.push(performance.now());
  }

  /** Removes everything that these nodes have written. */
  async forgetKeys(): Promise<void> {
    await this.#ask(async (redis) => {
      this.losses.push(performance.now());
      for await (const keys of redis.scanStream({ match: `${this.prefix}:*`, count: 1_000 }))
        if ((keys as string[]).length > 0) await redis.unlink(keys as string[]);
      this.losses.push(performance.now());
    });
  }

  async cutSubscribers(): Promise<void> {
    await this.#ask((redis) => redis.call('CLIENT', 'KILL', 'TYPE', 'pubsub'));
  }

  /** Every hash with this prefix, by its key, and what stands in it. */
  async records(): Promise<Map<string, Record<string, string>>> {
    const records = new Map<string, Record<string, string>>();
    await this.#ask(async (redis) => {
      for await (const keys of redis.scanStream({ match: `${this.prefix}:*`, count: 1_000 }))
        for (const key of keys as string[])
          if ((await redis.type(key)) === 'hash') records.set(key, await redis.hgetall(key));
    });
    return records;
  }

  async stop(): Promise<void> {
    await Promise.all(this.lives.map(({ process }) => process.stop()));
    await this.#link.stop();
    await this.redis.stop();
  }

  #at(place: number): NodeLife {
    const life = this.#places[place];
    if (!life) throw new Error(`there is no node in place ${place}`);
    return life;
  }

  /** As whatever runs nodes would: if one does not start, because Redis is away for too long, the next try may. */
  async #fill(place: number): Promise<void> {
    const PARLEY_REDIS_URL = place === 0 ? this.#link.url : this.redis.url;
    for (let tries = 1; ; tries += 1) {
      try {
        const env = { ...this.#env, PARLEY_REDIS_URL, PARLEY_REDIS_PREFIX: this.prefix };
        const process = await startNode(env);
        const { node: id } = await statusOf(process);
        const life: NodeLife = { id, url: process.url, process };
        this.lives.push(life);
        this.#places[place] = life;
        return;
      } catch (error) {
        if (tries === 3) throw error;
      }
    }
  }

  async #ask(work: (redis: PlainRedis) => Promise<unknown>): Promise<void> {
    const redis = plainRedis(this.redis.url) as PlainRedis;
    redis.on('error', () => {}); // it tries again: Redis may be away in this very moment
    try {
      await work(redis);
    } finally {
      redis.disconnect();
    }
  }
}

/** `hears`: its own probes come back to it. */
type Row = Status['nodes'][number] & { readonly hears: boolean };

type PlainRedis = Extract<ReturnType<typeof plainRedis>, { scanStream: unknown }>;
