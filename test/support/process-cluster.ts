import { startNode, type NodeProcess } from './process.ts';
import { startRedis, uniquePrefix } from './redis.ts';
import { watchTtls } from './ttl-watch.ts';
import { until } from './until.ts';

/** Several node processes that share a real Redis: for what only a process can suffer. */
export interface ProcessCluster {
  readonly nodes: readonly NodeProcess[];
  readonly redisUrl: string;
  readonly prefix: string;
  /**
   * Stops every node.
   *
   * @throws Error when at any time there was a key that would have stayed for ever
   */
  stop(): Promise<void>;
}

/** What `/statusz` says, as far as tests ask. */
export interface Status {
  readonly node: string;
  readonly ready: boolean;
  readonly socket: string;
  readonly sessions: number;
  readonly rooms: number;
  readonly nodes: readonly { readonly node: string; readonly state: 'alive' | 'lost' | 'gone' }[];
}

/** Starts so many built nodes on one prefix of a Redis, and waits until each knows every other. Without `PARLEY_AUTH` or keys in `env` they let everybody in. */
export async function startProcesses(size: number, env: NodeJS.ProcessEnv = {}): Promise<ProcessCluster> {
  const redis = await startRedis();
  const prefix = uniquePrefix();
  const ttls = watchTtls(redis.url, prefix);
  const isOpen = !Object.keys(env).some((name) => /^PARLEY_(AUTH|PUBLIC_TOKENS|JWT_)/.test(name));
  const shared = { PARLEY_REDIS_URL: redis.url, PARLEY_REDIS_PREFIX: prefix, ...env };
  const nodes = await Promise.all(
    Array.from({ length: size }, () => startNode({ ...(isOpen && { PARLEY_AUTH: 'none' }), ...shared })),
  );
  await until(`${size} processes that know each other`, async () => {
    const statuses = await Promise.all(nodes.map(statusOf));
    return statuses.every(({ ready, nodes: known }) => ready && known.length >= size);
  });
  return {
    nodes,
    redisUrl: redis.url,
    prefix,
    async stop() {
      await Promise.all(nodes.map((node) => node.stop()));
      try {
        await ttls.stop();
      } finally {
        await redis.stop();
      }
    },
  };
}

/** What a node says of itself on its operations port. */
export async function statusOf({ opsUrl }: { readonly opsUrl: string }): Promise<Status> {
  return (await (await fetch(`${opsUrl}/statusz`)).json()) as Status;
}
