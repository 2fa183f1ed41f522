import { setTimeout as pause } from 'node:timers/promises';

import { keysWithoutEnd, plainRedis } from './redis-keys.ts';

/** Looks at every key of a prefix, again and again. */
export interface TtlWatch {
  /** How often everything was looked at so far. */
  readonly rounds: number;
  /** Keys that once had no TTL: what a node leaves there when it dies stays for ever. */
  readonly endless: ReadonlySet<string>;
  /**
   * Looks once more and ends.
   *
   * @throws Error that names the endless keys, if there were any
   */
  stop(): Promise<void>;
}

const INTERVAL_MS = 25;

/** Begins to watch; to be stopped while Redis still runs. */
export function watchTtls(url: string, prefix: string): TtlWatch {
  const redis = plainRedis(url);
  const endless = new Set<string>();
  let rounds = 0;
  let isStopping = false;
  const watching = watch();
  return {
    get rounds() {
      return rounds;
    },
    endless,
    async stop() {
      isStopping = true;
      await watching.finally(() => redis.disconnect());
      if (endless.size > 0) throw new Error(`keys without a TTL: ${[...endless].join(', ')}`);
    },
  };

  async function watch(): Promise<void> {
    for (let isLast = false; !isLast;) {
      isLast = isStopping;
      for (const key of await keysWithoutEnd(redis, prefix)) endless.add(key);
      rounds += 1;
      if (!isLast) await pause(INTERVAL_MS);
    }
  }
}
