import type { Cluster, Redis } from 'ioredis';
import { describe, expect, it } from 'vitest';

import { slotOwner } from './slot-owner.ts';

describe('who serves the slot of a channel', () => {
  it('is told by the first process that answers, though others are frozen', async () => {
    expect(await slotOwner(clusterOf(frozen(), process(), frozen()), 'channel')).toEqual({
      slot: 100,
      by: '10.0.0.2:6379',
    });
  });

  it('is asked only where there is a connection', async () => {
    const unconnected = { ...process([[0, 16_383, ['10.0.0.9', 6_379]]]), status: 'wait' };
    expect(await slotOwner(clusterOf(unconnected, process()), 'channel')).toMatchObject({
      by: '10.0.0.2:6379',
    });
  });

  it('is nobody, if no process has that slot', async () => {
    expect(await slotOwner(clusterOf(process([[101, 16_383, ['10.0.0.2', 6_379]]])), 'channel')).toEqual({
      slot: 100,
      by: undefined,
    });
  });

  it('is unknown, if there is no answer at all', async () => {
    await expect(slotOwner(clusterOf(broken(), broken()), 'channel')).rejects.toBeInstanceOf(AggregateError);
    await expect(slotOwner(clusterOf(), 'channel')).rejects.toBeInstanceOf(AggregateError);
  });
});

type Range = readonly [first: number, last: number, owner: readonly [host: string, port: number]];

const halves: Range[] = [
  [0, 99, ['10.0.0.1', 6_379]],
  [100, 16_383, ['10.0.0.2', 6_379]],
];

/** One that takes every channel for one of slot 100. */
const process = (ranges = halves) => ({
  status: 'ready',
  cluster: async (question: 'KEYSLOT' | 'SLOTS') => (question === 'KEYSLOT' ? 100 : ranges),
});
const frozen = () => ({ status: 'ready', cluster: () => new Promise(() => {}) });
const broken = () => ({ status: 'ready', cluster: () => Promise.reject(new Error('no connection')) });

function clusterOf(...processes: object[]): Cluster {
  return { nodes: () => processes as Redis[] } as unknown as Cluster;
}
