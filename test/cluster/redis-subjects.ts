import { setTimeout as pause } from 'node:timers/promises';

import { systemClock, systemRandom, type Log } from '@parley/core';
import {
  busContract,
  directoryContract,
  limiterContract,
  type DirectorySubject,
} from '@parley/core/contract';
import type { NodeId } from '@parley/protocol';
import { connectRedis, type SharedPorts } from '@parley/redis';
import { afterAll, beforeAll, describe, expect } from 'vitest';

import { uniquePrefix, type SharedRedis } from '../support/redis.ts';
import { keysWithoutEnd, plainRedis } from '../support/redis-keys.ts';

export const silent: Log = { error() {}, warn() {}, info() {}, debug() {} };

/** The ports of one node, and a prefix of their own unless one is given. */
export function connect(
  url: string,
  node = 'node-1',
  prefix = uniquePrefix(),
  connectWithinMs = 10_000,
): Promise<SharedPorts> {
  const system = { clock: systemClock, random: systemRandom, log: silent };
  return connectRedis({ url, prefix, nodeId: node as NodeId, connectWithinMs, ...system });
}

/** Every contract suite of the ports that Redis implements, against the Redis that `start` starts. */
export function redisContracts(name: string, start: () => Promise<SharedRedis>): void {
  describe(`contracts on ${name}`, () => {
    let redis: SharedRedis;
    beforeAll(async () => void (redis = await start()));
    afterAll(() => redis?.stop());

    directoryContract(name, () => directorySubject(redis.url));
    limiterContract(name, async () => {
      const ports = await connect(redis.url);
      return { limiter: ports.limiter, advance, close: () => ports.close() };
    });
    busContract(name, () => busSubject(redis.url));
  });
}

/** Really waits. */
const advance = (ms: number) => pause(ms);

async function directorySubject(url: string): Promise<DirectorySubject> {
  const prefix = uniquePrefix();
  const ports = await connect(url, 'node-1', prefix);
  const close = async () => {
    await ports.close();
    await expectNoKeyForEver(url, prefix);
  };
  return { directory: ports.directory, advance, close };
}

async function expectNoKeyForEver(url: string, prefix: string): Promise<void> {
  const redis = plainRedis(url);
  try {
    expect(await keysWithoutEnd(redis, prefix)).toEqual([]);
  } finally {
    redis.disconnect();
  }
}

/** A bus is opened without waiting, so those that a test may ask for are connected before. */
async function busSubject(url: string) {
  const prefix = uniquePrefix();
  const nodes = ['node-1', 'node-2', 'node-3'];
  const ports = await Promise.all(nodes.map((node) => connect(url, node, prefix)));
  const byNode = new Map(nodes.map((node, index) => [node, ports[index]?.bus]));
  return {
    open(node: NodeId) {
      const bus = byNode.get(node);
      if (!bus) throw new Error(`no bus was prepared for ${node}`);
      return bus;
    },
    advance,
    close: async () => void (await Promise.all(ports.map((each) => each.close()))),
  };
}
