import { readConfig, type Config } from '@parley/edge/config';
import { startServer, type RunningServer } from '@parley/edge/server';

import type { ConnectOptions, RawClient } from './client.ts';
import { startRedis, uniquePrefix, type SharedRedis } from './redis.ts';
import { watchTtls, type TtlWatch } from './ttl-watch.ts';
import { unlimited } from './unlimited.ts';
import { until } from './until.ts';

/** One node of a {@link Cluster}: in this process, so that a test can look inside, with sockets as real as any. */
export interface ClusterNode extends RunningServer {
  /** Of the service port, `http://127.0.0.1:port`. */
  readonly url: string;
}

/** Several nodes in this process that share a real Redis. */
export interface Cluster {
  readonly nodes: readonly ClusterNode[];
  readonly redisUrl: string;
  readonly prefix: string;
  /** The address of a node, counted from 0; of the first again after the last. */
  url(index: number): string;
  /**
   * Stops every node. Every client must be gone by now.
   *
   * @throws Error when a node still holds something of a client, or there was at any time a key that would have stayed for ever
   */
  stop(): Promise<void>;
}

/** Starts so many nodes on one prefix of a Redis, and waits until each knows every other. Without `PARLEY_AUTH` or keys in `env` it lets everybody in. */
export async function startCluster(size: number, env: NodeJS.ProcessEnv = {}): Promise<Cluster> {
  const redis = await startRedis();
  const prefix = uniquePrefix();
  const ttls = watchTtls(redis.url, prefix);
  const shared = { PARLEY_REDIS_URL: redis.url, PARLEY_REDIS_PREFIX: prefix, ...env };
  const nodes = await Promise.all(Array.from({ length: size }, () => startServerHere(shared)));
  await untilGathered(nodes);
  return {
    nodes,
    redisUrl: redis.url,
    prefix,
    url: (index) => nodes[index % size]!.url,
    async stop() {
      try {
        await untilEmpty(nodes);
      } finally {
        await Promise.all(nodes.map((node) => node.stop()));
        await endWatch(ttls, redis);
      }
    },
  };
}

/** A node in this process, on free ports of loopback. */
export async function startServerHere(env: NodeJS.ProcessEnv = {}): Promise<ClusterNode> {
  const server = await startServer(configOf(env));
  return { ...server, url: `http://127.0.0.1:${server.port}` };
}

/** Waits until every node has heard, from Redis, that every other one is alive. */
export async function untilGathered(nodes: readonly ClusterNode[]): Promise<void> {
  const knowsAll = ({ node }: ClusterNode) =>
    node.isReady && node.membership.nodes.filter(({ state }) => state === 'alive').length >= nodes.length;
  await until(`${nodes.length} nodes that know each other`, () => nodes.every(knowsAll));
}

async function endWatch(ttls: TtlWatch, redis: SharedRedis): Promise<void> {
  try {
    await ttls.stop();
  } finally {
    await redis.stop();
  }
}

/** Waits until no node holds anything of any client. */
async function untilEmpty(nodes: readonly ClusterNode[]): Promise<void> {
  await until('nodes that hold nothing any more', () => {
    const left = nodes.flatMap(({ node }) => Object.entries(node.leftoversForTesting()));
    const something = left.filter(([, count]) => count !== 0);
    if (something.length > 0) throw new Error(JSON.stringify(something));
    return true;
  });
}

/** So many clients, dealt out to the nodes in turn. */
export function spread(
  count: number,
  cluster: Cluster,
  connect: (options: ConnectOptions | undefined, to: string) => Promise<RawClient>,
): Promise<RawClient[]> {
  return Promise.all(Array.from({ length: count }, (_, index) => connect(undefined, cluster.url(index))));
}

function configOf(env: NodeJS.ProcessEnv): Config {
  const isOpen = !Object.keys(env).some((name) => /^PARLEY_(AUTH|PUBLIC_TOKENS|JWT_)/.test(name));
  const outcome = readConfig({
    PARLEY_HOST: '127.0.0.1',
    PARLEY_PORT: '0',
    PARLEY_OPS_PORT: '0',
    PARLEY_SOCKET: 'auto',
    PARLEY_LOG_LEVEL: 'error',
    ...unlimited,
    ...(isOpen && { PARLEY_AUTH: 'none' }),
    ...env,
  });
  if (outcome.ok) return outcome.config;
  throw new Error(outcome.mistakes.join('\n'));
}
