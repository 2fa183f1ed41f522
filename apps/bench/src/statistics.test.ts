import { describe, expect, it } from 'vitest';

import { median, quantile } from './statistics.ts';

describe('statistics', () => {
  it('takes the middle one, whatever the order', () => {
    expect(median([9, 1, 5])).toBe(5);
  });

  it('takes the middle between the two in the middle', () => {
    expect(median([4, 1, 2, 3])).toBe(2.5);
  });

  it('finds any quantile by distance between its neighbours', () => {
    expect(quantile([10, 20, 30, 40, 50], 0.9)).toBeCloseTo(46);
    expect(quantile([7], 0.99)).toBe(7);
  });

  it('leaves what it was given as it was', () => {
    const values = [3, 1, 2];
    median(values);
    expect(values).toEqual([3, 1, 2]);
  });

  it('has no median of nothing', () => {
    expect(() => median([])).toThrow(RangeError);
  });
});
