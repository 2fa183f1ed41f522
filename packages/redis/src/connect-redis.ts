import type { Bus, Clock, Directory, Limiter, Log, Random } from '@parley/core';
import type { NodeId } from '@parley/protocol';
import { Cluster } from 'ioredis';

import { RedisBus } from './bus.ts';
import { cautious } from './cautious.ts';
import { commandTimeoutMs, open, type Connection } from './connect.ts';
import { redisDirectory } from './directory.ts';
import { keysOf } from './keys.ts';
import { redisLimiter } from './limiter.ts';
import { loadScripts, scriptsOver } from './scripts.ts';
import { checkServers } from './server-check.ts';
import { parseRedisUrl, type Topology } from './topology.ts';

export interface RedisOptions {
  /** See {@link parseRedisUrl}. */
  readonly url: string;
  /** What every key and channel begins with: several clusters may share a Redis. */
  readonly prefix: string;
  readonly nodeId: NodeId;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Log;
  /** How long to wait for Redis at the start, in milliseconds. Default: 10,000. */
  readonly connectWithinMs?: number;
}

/** The ports that a cluster adds to a node. */
export interface SharedPorts {
  readonly directory: Directory;
  readonly limiter: Limiter;
  readonly bus: Bus;
  state(): RedisState;
  /** Ends every connection. What is still in flight is told as a failure. */
  close(): Promise<void>;
}

/** For people who look at a node; nothing is decided by it. */
export interface RedisState {
  readonly topology: Topology['kind'];
  /** ioredis' own words: `ready` is good. */
  readonly commands: string;
  readonly limiter: string;
  readonly publisher: string;
  readonly inbox: 'subscribed' | 'lost';
  /** Frames and envelopes that came late or that this version cannot read. */
  readonly skippedEnvelopes: number;
}

/**
 * Connects a node to the Redis of its cluster.
 *
 * @throws TypeError for a bad URL or prefix
 * @throws Error with one sentence when Redis cannot be reached in time, or is too old; then nothing is left open
 */
export async function connectRedis(options: RedisOptions): Promise<SharedPorts> {
  const { clock, random, log, nodeId, connectWithinMs = 10_000 } = options;
  const topology = parseRedisUrl(options.url);
  const keys = keysOf(options.prefix);
  const context = { topology, nodeId, clock, random, log };

  const commands = open('commands', context, (redis) => loadScripts(redis));
  const limiterConnection = open('limiter', context, (redis) => loadScripts(redis, ['gcra']));
  const publisher = open('publisher', context);
  const connections = [commands, limiterConnection, publisher];
  const disconnect = () => connections.forEach((connection) => connection.disconnect());
  try {
    await Promise.all(connections.map((connection) => becomesReady(connection, clock, connectWithinMs)));
    await checkServers(commands, log);
  } catch (error) {
    disconnect();
    throw error;
  }

  const scripts = cautious(scriptsOver(commands, clock, commandTimeoutMs.commands), commands);
  const bus = new RedisBus({ ...context, keys, commands, publisher });
  return {
    directory: redisDirectory(scripts, keys, random, (task) => void commands.on('ready', task)),
    limiter: redisLimiter(scriptsOver(limiterConnection, clock, commandTimeoutMs.limiter), keys, clock),
    bus,
    state: () => ({
      topology: topology.kind,
      commands: commands.status,
      limiter: limiterConnection.status,
      publisher: publisher.status,
      inbox: bus.subscribed ? 'subscribed' : 'lost',
      skippedEnvelopes: bus.skipped,
    }),
    async close() {
      await bus.stop();
      disconnect();
    },
  };
}

/** Waits until the connection, and in a Cluster that to each master, takes commands. */
async function becomesReady(connection: Connection, clock: Clock, withinMs: number): Promise<void> {
  await emitsReady(connection, clock, withinMs);
  if (!(connection instanceof Cluster)) return;
  await Promise.all(connection.nodes('master').map((redis) => emitsReady(redis, clock, withinMs)));
}

function emitsReady(connection: Connection, clock: Clock, withinMs: number): Promise<void> {
  if (connection.status === 'ready') return Promise.resolve();
  return new Promise((resolve, reject) => {
    let lastFailure = '';
    const settle = (end: () => void) => {
      cancel();
      connection.off('ready', ready).off('error', failed).off('node error', failed);
      end();
    };
    const ready = () => settle(resolve);
    const failed = (error: Error) => void (lastFailure = `: ${error.message}`);
    const cancel = clock.after(withinMs, () =>
      settle(() => reject(new Error(`Redis could not be reached within ${withinMs} ms${lastFailure}`))),
    );
    connection.on('ready', ready).on('error', failed).on('node error', failed);
  });
}
