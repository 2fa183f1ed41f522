import {
  type Clock,
  DIRECTORY_TIMEOUT_MS,
  LIMITER_TIMEOUT_MAX_MS,
  type Log,
  type Random,
} from '@parley/core';
import type { NodeId } from '@parley/protocol';
import { Cluster, Redis, type RedisOptions } from 'ioredis';

import { gatherWrites } from './one-write.ts';
import type { Address, ClusterOfMasters, SingleMaster, Topology } from './topology.ts';

/** What answers commands, whatever stands behind it. */
export type Connection = Redis | Cluster;

/**
 * Each has a connection of its own: a limiter's short patience must not end the directory's commands, and a burst of
 * envelopes in a socket's buffer must not hold up a beat.
 */
export type Purpose = 'commands' | 'limiter' | 'publisher' | 'inbox';

/** When a command is given up. */
export const commandTimeoutMs = {
  commands: DIRECTORY_TIMEOUT_MS,
  /** Never the first to give up: `limiter.ts` does so, after as long as each draw can be waited for. */
  limiter: 2 * LIMITER_TIMEOUT_MAX_MS,
  publisher: 1_000,
  inbox: 1_000,
} as const;

export interface ConnectionContext {
  readonly topology: Topology;
  readonly nodeId: NodeId;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Log;
}

/**
 * Opens a connection that reconnects by itself for as long as it is not disconnected. Commands fail at once while it is
 * not ready.
 *
 * @param prepare called for each Redis process whenever the connection to it has become ready
 */
export function open(
  purpose: Exclude<Purpose, 'inbox'>,
  context: ConnectionContext,
  prepare: (redis: Redis) => void = () => {},
): Connection {
  const { topology, clock } = context;
  // The bus gathers by itself, and has its frames together at the end of a turn; another turn would only be lost.
  const defer = (task: () => void) =>
    purpose === 'publisher' ? process.nextTick(task) : clock.endOfTurn(task);
  // Each connection has a stream of its own.
  const ready = (redis: Redis) => {
    gatherWrites(redis.stream, defer);
    prepare(redis);
  };
  const connection =
    topology.kind === 'cluster'
      ? openCluster(purpose, topology, context, ready)
      : openRedis(purpose, topology, context);
  if (connection instanceof Redis) connection.on('ready', () => ready(connection));
  narrate(connection, purpose, context.log);
  return connection;
}

/**
 * Opens a connection that never comes back by itself: what hears an inbox is thrown away and made anew, because only so
 * it is known what it hears.
 */
export function openOnce(topology: SingleMaster, context: ConnectionContext): Redis {
  const redis = new Redis({
    ...options('inbox', context),
    ...place(topology, () => null),
    retryStrategy: null,
    // The resubscription of ioredis 6.0.0 can reject where nobody listens, and take the process with it.
    autoResubscribe: false,
    lazyConnect: true,
  });
  // Said by the rejection of connect() or by 'end'; without a listener ioredis writes to the console.
  redis.on('error', () => {});
  return redis;
}

function openRedis(purpose: Purpose, topology: SingleMaster, context: ConnectionContext): Redis {
  const retryStrategy = (attempt: number) => backoffMs(attempt, context.random);
  return new Redis({ ...options(purpose, context), ...place(topology, retryStrategy), retryStrategy });
}

function openCluster(
  purpose: Purpose,
  { seeds, login }: ClusterOfMasters,
  context: ConnectionContext,
  prepare: (redis: Redis) => void,
): Cluster {
  const cluster = new Cluster([...seeds], {
    redisOptions: { ...options(purpose, context), ...login },
    enableOfflineQueue: false,
    // It puts an EVALSHA into the pipeline of the wrong slot.
    enableAutoPipelining: false,
    clusterRetryStrategy: (attempt) => backoffMs(attempt, context.random),
    // A command that broke off may have run: it is the caller's to repeat, or not. Only redirections, which say that
    // nothing ran, are followed.
    retryDelayOnFailover: 0,
    retryDelayOnClusterDown: 0,
    maxRedirections: 4,
    slotsRefreshTimeout: 1_000,
    slotsRefreshInterval: 2_000,
  });
  // The first command to a master would connect by itself, but those behind it would be refused until that is done. Not
  // before the cluster is ready: its own check of that would be refused, too.
  const connectMasters = () => {
    if (cluster.status !== 'ready') return;
    for (const master of cluster.nodes('master'))
      if (master.status === 'wait') master.connect().catch(toldToError);
  };
  cluster.on('ready', connectMasters);
  cluster.on('+node', (redis: Redis) => {
    redis.on('ready', () => prepare(redis));
    setImmediate(connectMasters);
  });
  return cluster;
}

function options(purpose: Purpose, { nodeId }: ConnectionContext) {
  return {
    connectionName: `parley-${purpose}-${nodeId}`,
    // Without these a dead Redis is noticed after 73 seconds and a frozen one never; what was asked of it would be
    // carried out after the thaw, and signals of long ago delivered.
    enableOfflineQueue: false,
    maxRetriesPerRequest: 0,
    autoResendUnfulfilledCommands: false,
    commandTimeout: commandTimeoutMs[purpose],
    connectTimeout: 1_000,
    disconnectTimeout: 500,
    keepAlive: 5_000,
    // A command time-out alone never leaves a frozen master: ioredis would go on writing to it after another one was
    // promoted. Not for an inbox, where silence is no sign of anything.
    ...(purpose !== 'inbox' && { socketTimeout: 1_500 }),
    // A master that became a replica: ask again who is the master.
    reconnectOnError: (error: Error) => error.message.startsWith('READONLY'),
  } satisfies RedisOptions;
}

function place(topology: SingleMaster, sentinelRetryStrategy: (attempt: number) => number | null) {
  if (topology.kind === 'standalone') {
    return {
      ...topology.address,
      db: topology.db,
      ...topology.login,
      ...(topology.tls && { tls: {} }),
    } satisfies RedisOptions;
  }
  const sentinels: Address[] = [...topology.sentinels];
  const asked = { sentinels, name: topology.master, sentinelCommandTimeout: 1_000, sentinelRetryStrategy };
  return { ...asked, ...topology.login } satisfies RedisOptions;
}

/** Full jitter up to a second: nodes that lost the same Redis do not come back in step. */
export function backoffMs(attempt: number, random: Random): number {
  return 10 + random.below(Math.min(1_000, 50 * 2 ** Math.min(attempt, 5)));
}

/** One line when it is lost and one when it is back; every attempt between is for whoever debugs. */
function narrate(connection: Connection, purpose: Purpose, log: Log): void {
  let up: boolean | undefined;
  let toldWhy = false;
  connection.on('ready', () => {
    if (up === false) log.info({ purpose }, 'Redis is back');
    up = true;
  });
  // Not 'close', which also follows when the node itself hangs up.
  connection.on('reconnecting', () => {
    if (up) log.warn({ purpose }, 'connection to Redis lost');
    up = false;
  });
  connection.on('error', (error: Error) => {
    // Before it was ever there, somebody may have to change a setting: why, once. The text names address or complaint, no password.
    const isNews = up === undefined && purpose === 'commands' && !toldWhy;
    if (isNews) toldWhy = true;
    log[isNews ? 'warn' : 'debug']({ purpose, error: error.message }, 'Redis connection failed');
  });
  if (connection instanceof Cluster) {
    connection.on('node error', (error: Error) =>
      log.debug({ purpose, error: error.message }, 'Redis node failed'),
    );
  }
}

/** What failed is told to 'error', and the cluster client tries again. */
function toldToError(): void {}
