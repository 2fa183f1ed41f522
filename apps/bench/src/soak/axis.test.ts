import { describe, expect, it } from 'vitest';

import { axisFor } from './axis.ts';

const labels = (most: number, unit: Parameters<typeof axisFor>[1]) =>
  axisFor(most, unit).ticks.map(({ label }) => label);

describe('an axis', () => {
  it('goes from zero to a round number that is not below the values', () => {
    expect(labels(71, 'count')).toEqual(['0', '40', '80']);
    expect(labels(2_930, 'perSecond')).toEqual(['0', '1,500', '3,000/s']);
    expect(labels(131 * 1_048_576, 'MB')).toEqual(['0', '80', '160 MB']);
    expect(labels(0.115, 'share')).toEqual(['0', '6', '12 %']);
    for (const most of [5, 9.99, 10, 10.01, 99, 101, 12_345])
      expect(axisFor(most, 'count').most).toBeGreaterThanOrEqual(most * 0.999);
  });

  it('makes no mountain of next to nothing', () => {
    expect(labels(0, 'count')).toEqual(['0', '2', '4']);
    expect(labels(0.3, 'ms')).toEqual(['0', '5', '10 ms']);
  });
});
