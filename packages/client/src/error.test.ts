import { expect, it } from 'vitest';

import { ParleyError } from './error.ts';

const waitOf = (retryAfterMs: unknown) => new ParleyError('draining', '', retryAfterMs as never).retryAfterMs;

it('keeps a time to wait as it was told', () => {
  expect([1, 0.5, 60_000, 600_000].map(waitOf)).toEqual([1, 0.5, 60_000, 600_000]);
});

it('asks nobody to wait for longer than ten minutes', () => {
  expect([600_001, 999_999_999_999_999, Infinity].map(waitOf)).toEqual([600_000, 600_000, 600_000]);
});

it('makes a number of a number in a text, and knows nothing of what is no time', () => {
  expect(waitOf('2000')).toBe(2_000);
  expect([undefined, null, 0, -1, NaN, 'soon', {}, ''].map(waitOf)).toEqual(Array(8).fill(undefined));
});
