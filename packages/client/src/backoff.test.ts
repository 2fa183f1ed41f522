import { describe, expect, it } from 'vitest';

import { backoffMs } from './backoff.ts';

describe('the back-off', () => {
  it('is anything from nothing to a bound that doubles up to ten seconds', () => {
    expect([0, 1, 2, 3, 4, 5, 50].map((failures) => backoffMs(failures, 1))).toEqual([
      500, 1000, 2000, 4000, 8000, 10_000, 10_000,
    ]);
    expect(backoffMs(3, 0)).toBe(0);
    expect(backoffMs(3, 0.25)).toBe(1000);
  });
});
