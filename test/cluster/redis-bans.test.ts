import { MAX_BANS, type BanRef, type Inbox } from '@parley/core';
import type { NodeId } from '@parley/protocol';
import { keysOf, type SharedPorts } from '@parley/redis';
import { Redis } from 'ioredis';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { startOwnRedis, uniquePrefix, type OwnRedis } from '../support/redis.ts';
import { keysWithoutEnd } from '../support/redis-keys.ts';
import { until } from '../support/until.ts';
import { connect } from './redis-subjects.ts';

const lifeMs = 60_000;
const eve: BanRef = { kind: 'user', subject: 'main/eve' };
const mallory: BanRef = { kind: 'user', subject: 'main/mallory' };

describe('bans in Redis', () => {
  let redis: OwnRedis;
  let ports: SharedPorts;
  let prefix: string;
  /** To look behind the adapters. */
  let plain: Redis;

  beforeEach(async () => {
    redis = await startOwnRedis();
    prefix = uniquePrefix();
    plain = new Redis(redis.url);
    plain.on('error', () => {}); // one of these tests ends the Redis that it talks to
    ports = await connect(redis.url, 'node-1', prefix);
  });

  afterEach(async () => {
    plain.disconnect();
    await ports.close();
    await redis.stop();
  });

  it('are one list for every node, and each hears of a change by its next beat', async () => {
    const other = await connect(redis.url, 'node-2', prefix);
    try {
      await beat();
      const banned = await ports.directory.bans.ban(eve, lifeMs);
      if (banned.outcome !== 'banned') throw new Error(banned.outcome);

      const { bansVersion } = await other.directory.nodes.beat(rowOf('node-2'), lifeMs);
      expect(bansVersion).toBe(banned.version);
      const list = await other.directory.bans.list();
      expect(list).toMatchObject({ version: bansVersion, bans: [eve] });
      expect(await other.directory.bans.unban(eve)).toMatchObject({ outcome: 'unbanned', bans: [] });
      expect((await beat()).bansVersion).toBeGreaterThan(bansVersion);
    } finally {
      await other.close();
    }
  });

  it('are so many and no more, until one of them ends', async () => {
    const { bans } = ports.directory;
    await bans.ban(eve, lifeMs);
    await plantBans(MAX_BANS - 1, 60_000);
    const full = await bans.list();
    expect(full.bans).toHaveLength(MAX_BANS);

    expect(await bans.ban(mallory, lifeMs)).toEqual({ outcome: 'full' });
    expect((await bans.list()).version).toBe(full.version);
    expect(await bans.ban(eve, lifeMs)).toMatchObject({ outcome: 'banned' });
    await plantBans(1, -1);
    expect(await bans.ban(mallory, lifeMs)).toMatchObject({ outcome: 'banned' });
  });

  it('leave nothing behind: neither the last one that is taken back, nor the table of a node that is not there', async () => {
    const { bans } = ports.directory;
    await bans.ban(eve, lifeMs);
    expect(await plain.pttl(keysOf(prefix).bans)).toBeGreaterThan(lifeMs / 2);
    expect(await plain.pttl(keysOf(prefix).nodes)).toBeGreaterThan(lifeMs);

    await bans.unban(eve);
    expect(await plain.exists(keysOf(prefix).bans)).toBe(0);
    expect(await keysWithoutEnd(plain, prefix)).toEqual([]);
  });

  it('live as long as the longest of them, and do not shorten the life of the table', async () => {
    const { bans } = ports.directory;
    await beat(10 * lifeMs);
    await bans.ban(eve, 3 * lifeMs);
    await bans.ban(mallory, lifeMs);
    expect(await plain.pttl(keysOf(prefix).bans)).toBeGreaterThan(2 * lifeMs);
    expect(await plain.pttl(keysOf(prefix).nodes)).toBeGreaterThan(10 * lifeMs);

    await bans.ban(eve, lifeMs);
    expect(await plain.pttl(keysOf(prefix).bans)).toBeLessThanOrEqual(lifeMs);
  });

  it('are gone with the data of Redis, and the next beat says so', async () => {
    const { bans } = ports.directory;
    const banned = await bans.ban(eve, lifeMs);
    if (banned.outcome !== 'banned') throw new Error(banned.outcome);
    await redis.restartEmpty();

    const after = await until('a beat', () => beat());
    expect(after.bansVersion).not.toBe(banned.version);
    expect(await bans.list()).toEqual({ version: after.bansVersion, bans: [] });
    // What is banned from then on has a version that was not there before.
    expect(await bans.ban(eve, lifeMs)).toMatchObject({ outcome: 'banned' });
    expect((await bans.list()).version).toBeGreaterThan(banned.version);
  });

  const beat = (forMs = lifeMs) => ports.directory.nodes.beat(rowOf('node-1'), forMs);

  /** So many, behind the adapter's back, each of which ends after so long. */
  async function plantBans(count: number, leftMs: number) {
    const [seconds] = await plain.time();
    const line = `1 ${Number(seconds) * 1_000 + leftMs}`;
    const all = Array.from({ length: count }, (_, n) => [`ban:peer/main/peer-${n}`, line] as const);
    await plain.hset(keysOf(prefix).bans, Object.fromEntries(all));
  }
});

const rowOf = (node: string) => ({
  node: node as NodeId,
  inbox: node as Inbox,
  version: '1.0.0',
  hears: true,
  sessions: {},
});
