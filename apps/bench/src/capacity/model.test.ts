import { describe, expect, it } from 'vitest';

import type { Costs, Habits } from './costs.ts';
import { capacityFor, socketsAtWall } from './model.ts';
import { roundCosts as costs, roundHabits as habits } from './testing/round-costs.ts';

const machine = (changed: Partial<Costs['machine']>): Costs => ({
  ...costs,
  machine: { ...costs.machine, ...changed },
});

const idle = (vast: Costs): Costs => ({ ...vast, node: { ...vast.node, socketMinuteUs: 0 } });

describe('the capacity model', () => {
  it('reckons one node of 720 sockets as by head', () => {
    const one = capacityFor(720, { ...habits, pairingsPerSocketHour: 10 }, costs);
    expect(one).toMatchObject({ nodes: 1, shards: 1, remoteShare: 0, pairingsPerSecond: 1 });
    expect(one.connectsPerSecond).toBeCloseTo(0.2);
    // 0.2 connects of 5, one pairing of 20, 12 idle socket minutes of 2, half a beat.
    expect(one.commandsPerSecond).toBeCloseTo(0.2 * 5 + 20 + 12 * 2 + 0.5);
    expect(one.publishesPerSecond).toBeCloseTo(0.5);
    expect(one.redisBytes).toBeCloseTo(720 * 1_000 + 0.2 * 60 * 500);
    // Each signal goes in and out.
    expect(one.clientBitsPerSecond).toBeCloseTo(8 * (0.2 * 1_000 + 1_000 + 18 * 500 * 2 + 12 * 60));
    expect(one.redisBitsPerSecond).toBeCloseTo(8 * (45 * 300 + 0.5 * 200));
  });

  it('takes as many nodes as the sockets need, and says so', () => {
    expect(capacityFor(100_000, habits, costs)).toMatchObject({
      nodes: 5,
      remoteShare: 0.8,
      decidesNodes: 'sockets of a node',
    });
  });

  it.each([
    ['memory of a node', { bytesPerNode: 150_000_000 }],
    ['processor of a node', { busyShareOfNode: 0.001 }],
    ['bandwidth of a node', { bitsPerSecondOfNode: 100_000 }],
  ] as const)('takes more nodes when the %s runs out before', (what, less) => {
    const { decidesNodes, nodes } = capacityFor(100_000, habits, machine(less));
    expect(decidesNodes).toBe(what);
    expect(nodes).toBeGreaterThan(5);
  });

  it.each([
    ['memory of a shard', { bytesPerShard: 30_000_000 }],
    ['processor of a shard', { busyShareOfShard: 0.05 }],
    ['bandwidth of a shard', { bitsPerSecondOfShard: 1_000_000 }],
  ] as const)('takes more shards when the %s runs out', (what, less) => {
    const { decidesShards, shards } = capacityFor(100_000, habits, machine(less));
    expect(decidesShards).toBe(what);
    expect(shards).toBeGreaterThan(1);
  });

  it('finds a number of nodes that is enough for itself, and none smaller', () => {
    const small = machine({ busyShareOfNode: 0.02, socketsPerNode: 1e9 });
    const { nodes } = capacityFor(100_000, habits, small);
    const busyUs = (count: number) => {
      const pairings = 100_000 / 2 / 3_600;
      const remote = 1 - 1 / count;
      const signals = pairings * 18 * (50 * remote + 10 * (1 - remote));
      return (
        (100_000 / 3_600) * 1_000 +
        pairings * 2_000 +
        signals +
        (100_000 / 60) * 60 +
        (count / 2) * count * 10
      );
    };
    expect(busyUs(nodes)).toBeLessThanOrEqual(nodes * 20_000);
    expect(busyUs(nodes - 1)).toBeGreaterThan((nodes - 1) * 20_000);
  });

  it('grows by the size and no faster, until rows of the membership table tell', () => {
    const [one, ten] = [capacityFor(100_000, habits, costs), capacityFor(1_000_000, habits, costs)];
    expect(ten.nodes / one.nodes).toBe(10);
    expect(ten.commandsPerSecond / one.commandsPerSecond).toBeCloseTo(10, 1);
    expect(ten.redisBytes / one.redisBytes).toBeCloseTo(10);
    const tableOf = ({ walls }: typeof one) => walls[0]?.full ?? 0;
    expect(tableOf(ten) / tableOf(one)).toBeGreaterThan(10);
  });

  it('names what saturates first, and never less than anything else is full', () => {
    for (const sockets of [1_000, 100_000, 1e7]) {
      const { first, walls } = capacityFor(sockets, habits, costs);
      for (const { full } of walls) expect(first.full).toBeGreaterThanOrEqual(full);
    }
    // Of 500 nodes, 250 beats a second read 500 rows each: 250 × (50 + 500 × 2) µs of a core of which half may be used.
    const { walls } = capacityFor(1e7, habits, costs);
    expect(walls[0]).toEqual({ what: 'processor for the membership table', full: (250 * 1_050) / 500_000 });
  });

  it('says where the walls are, and that there is none', () => {
    const wall = socketsAtWall(habits, costs) ?? 0;
    const fullest = (sockets: number) =>
      Math.max(...capacityFor(sockets, habits, costs).walls.map(({ full }) => full));
    expect(fullest(wall)).toBeLessThanOrEqual(1);
    expect(fullest(wall * 1.05)).toBeGreaterThan(1);
    const vast = machine({ socketsPerNode: 1e9, bytesPerNode: 1e14, bitsPerSecondOfNode: 1e14 });
    expect(socketsAtWall({ ...habits, sessionMinutes: 1e6, pairingsPerSocketHour: 0 }, idle(vast))).toBe(
      undefined,
    );
  });

  it('ends where each node more costs more than it brings', () => {
    const talkative: Habits = { ...habits, pairingsPerSocketHour: 1_000 };
    const expensive = { ...costs, node: { ...costs.node, beatRowUs: 100_000 } };
    expect(capacityFor(10_000_000, talkative, expensive).first.full).toBeGreaterThan(1);
  });
});
