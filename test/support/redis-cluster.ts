import { Redis } from 'ioredis';

import { withFreePorts } from './ports.ts';
import { RedisProcess, type OwnRedis, type SharedRedis } from './redis.ts';
import { until } from './until.ts';

/** A Redis Cluster of six processes of this test alone. */
export interface RedisCluster extends SharedRedis {
  /** `redis-cluster://host:port,host:port,…` with all six. */
  readonly url: string;
  /** Three masters that share the slots evenly, in the order of the slots; then the replica of each. */
  readonly nodes: readonly OwnRedis[];
}

const masters = 3;
const slots = 16_384;

/**
 * Three masters and their replicas, ready: every node says so of the whole cluster, and every replica is in step.
 *
 * @param nodeTimeoutMs how long a node may be silent before the others take it for failed; a replica is promoted
 *   about one to two seconds later. Small values make a busy machine look like a broken one
 */
export async function startRedisCluster({ nodeTimeoutMs = 5_000 } = {}): Promise<RedisCluster> {
  const nodes = await Promise.all(Array.from({ length: 2 * masters }, startClusterNode));
  const stop = async () => void (await Promise.all(nodes.map((node) => node.stop())));
  const connections = nodes.map(({ url }) => new Redis(url));
  try {
    await form(connections, nodes, nodeTimeoutMs);
  } catch (error) {
    await stop();
    throw error;
  } finally {
    connections.forEach((redis) => redis.disconnect());
  }
  return { url: `redis-cluster://${nodes.map(({ port }) => `127.0.0.1:${port}`).join(',')}`, nodes, stop };
}

/** While the cluster forms the time-out is short: a master waits that long before it trusts its first majority. */
function startClusterNode(): Promise<RedisProcess & { readonly busPort: number }> {
  return withFreePorts(2, async (port, busPort) => {
    const clustered = ['--cluster-enabled', 'yes', '--cluster-port', String(busPort)];
    const forgiving = ['--cluster-require-full-coverage', 'no'];
    const quick = ['--cluster-node-timeout', '1000', '--repl-diskless-sync-delay', '0'];
    const node = await RedisProcess.start(port, [...clustered, ...forgiving, ...quick]);
    return Object.assign(node, { busPort });
  });
}

async function form(
  connections: readonly Redis[],
  nodes: readonly { port: number; busPort: number }[],
  nodeTimeoutMs: number,
): Promise<void> {
  // Distinct epochs from the start: six nodes that all say "1" would first have to settle who is right about what.
  await Promise.all(connections.map((redis, index) => redis.call('CLUSTER', 'SET-CONFIG-EPOCH', index + 1)));
  await Promise.all(
    connections
      .slice(0, masters)
      .map((redis, index) => redis.call('CLUSTER', 'ADDSLOTSRANGE', ...share(index))),
  );
  await Promise.all(connections.map((redis, index) => meet(redis, nodes.slice(0, index))));
  await Promise.all(connections.map((redis) => says(redis, `cluster_known_nodes:${nodes.length}`)));
  await Promise.all(connections.slice(masters).map((redis, index) => follow(redis, connections[index])));
  await Promise.all(connections.map((redis) => says(redis, 'cluster_state:ok', `cluster_size:${masters}`)));
  await Promise.all(
    connections.map((redis) => redis.call('CONFIG', 'SET', 'cluster-node-timeout', nodeTimeoutMs)),
  );
}

/** The first and last slot of one master. */
function share(master: number): [first: number, last: number] {
  const border = (index: number) => Math.floor((slots * index) / masters);
  return [border(master), border(master + 1) - 1];
}

/** Each one introduced to each, so that nobody waits for gossip to go round. */
async function meet(redis: Redis, others: readonly { port: number; busPort: number }[]): Promise<void> {
  const introduce = ({ port, busPort }: { port: number; busPort: number }) =>
    redis.call('CLUSTER', 'MEET', '127.0.0.1', port, busPort);
  await Promise.all(others.map(introduce));
}

function says(redis: Redis, ...facts: string[]): Promise<true> {
  return until(`${facts.join(', ')} of the Redis Cluster`, async () => {
    const info = String(await redis.call('CLUSTER', 'INFO'));
    if (facts.every((fact) => info.includes(fact))) return true;
    throw new Error(info.trim().split('\r\n').slice(0, 7).join(', '));
  });
}

/** A replica may take its master only once gossip has told it of it, and is of use only once it is in step. */
async function follow(replica: Redis, master: Redis | undefined): Promise<void> {
  const id = await master?.call('CLUSTER', 'MYID');
  await until('a replica to accept its master', async () => {
    await replica.call('CLUSTER', 'REPLICATE', String(id));
    return true;
  });
  await until('a replica in step', async () =>
    (await replica.info('replication')).includes('master_link_status:up'),
  );
}
