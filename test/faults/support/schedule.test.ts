import { describe, expect, it } from 'vitest';

import { KINDS, scheduleOf, type Planned } from './schedule.ts';

const TWO_MINUTES_MS = 120_000;
const seeds = Array.from({ length: 200 }, (_, seed) => seed);

describe('a schedule of faults', () => {
  it('is the same for the same seed, and another for another', () => {
    expect(scheduleOf(7, TWO_MINUTES_MS)).toEqual(scheduleOf(7, TWO_MINUTES_MS));
    expect(new Set(seeds.map((seed) => JSON.stringify(scheduleOf(seed, TWO_MINUTES_MS)))).size).toBe(200);
  });

  it('begins with a node that is killed, and has every kind of fault within two minutes', () => {
    for (const seed of seeds) {
      const planned = scheduleOf(seed, TWO_MINUTES_MS);
      expect(planned[0]).toMatchObject({ kind: 'kill-node', atMs: 2_000 });
      expect(new Set(planned.map(({ kind }) => kind))).toEqual(new Set(KINDS));
    }
  });

  it('is over in time, and has one node and one Redis in trouble at a time', () => {
    for (const seed of seeds) {
      const planned = scheduleOf(seed, TWO_MINUTES_MS);
      expect(Math.max(...planned.map(endOf))).toBeLessThanOrEqual(TWO_MINUTES_MS);
      for (const concern of ['-node', '-redis']) {
        const troubles = planned.filter(({ kind }) => kind.endsWith(concern));
        const pairs = troubles.slice(1).map((later, index) => [troubles[index]!, later] as const);
        for (const [earlier, later] of pairs) expect(later.atMs).toBeGreaterThan(endOf(earlier));
      }
    }
  });
});

const endOf = (fault: Planned) => fault.atMs + ('forMs' in fault ? fault.forMs : 0);
