import { Socket } from 'node:net';

import type { Draw } from '@parley/core';
import { Redis } from 'ioredis';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';

import { startOwnRedis, type OwnRedis } from '../support/redis.ts';
import { startRedisCluster } from '../support/redis-cluster.ts';
import { until } from '../support/until.ts';
import { connect } from './redis-subjects.ts';

const COMMANDS = 20;

let redis: OwnRedis;
beforeEach(async () => void (redis = await startOwnRedis()));
afterEach(async () => {
  vi.restoreAllMocks();
  await redis.stop();
});

describe('redis writes: the commands of one turn', () => {
  it('leave in one write, and each has its answer', async () => {
    const ports = await connect(redis.url);
    expect(
      await writesOf(() => Promise.all(drawsOf(COMMANDS).map((draw) => ports.limiter.draw([draw])))),
    ).toBe(1);
    await ports.close();
  });

  it('leave in one write each where ioredis is left alone', async () => {
    const plain = new Redis(redis.url);
    await plain.ping();
    const commands = () => Promise.all(drawsOf(COMMANDS).map(({ subject }) => plain.get(subject)));
    expect(await writesOf(commands)).toBe(COMMANDS);
    plain.disconnect();
  });

  it('leave in one write after a reconnect, too', async () => {
    const ports = await connect(redis.url);
    await redis.crash();
    await until('the loss to be seen', () => ports.state().limiter !== 'ready');
    await redis.restartEmpty();
    await until('the limiter to be back', () => ports.state().limiter === 'ready');
    await ports.limiter.draw(drawsOf(1));

    expect(await writesOf(() => ports.limiter.draw(drawsOf(COMMANDS)))).toBe(1);
    await ports.close();
  });

  it('leave in one write for each master of a Redis Cluster', async () => {
    const cluster = await startRedisCluster();
    const ports = await connect(cluster.url);
    const writes = await writesOf(() => ports.limiter.draw(drawsOf(3 * COMMANDS)));
    await ports.close();
    await cluster.stop();
    expect(writes).toBe(3);
  });
});

/** How often the process wrote to Redis while these were answered. What a connection says by itself does not count. */
async function writesOf(commands: () => Promise<unknown>): Promise<number> {
  const one = vi.spyOn(Socket.prototype, '_write');
  const several = vi.spyOn(Socket.prototype as Required<Socket>, '_writev');
  await commands();
  const written = [...one.mock.calls, ...several.mock.calls].map(([what]) => JSON.stringify(what));
  vi.restoreAllMocks();
  return written.filter((text) => /evalsha|get/.test(text)).length;
}

const drawsOf = (count: number): Draw[] =>
  Array.from({ length: count }, (_, n) => ({ limit: 'join', subject: `peer-${n}`, burst: 5, perMinute: 60 }));
