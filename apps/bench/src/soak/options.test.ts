import { describe, expect, it } from 'vitest';

import { readOptions } from './options.ts';

describe('the options of a soak', () => {
  it('are half an hour, unless somebody says otherwise', () => {
    expect(readOptions([])).toEqual({ minutes: 30, seed: 1, pairs: 24, standing: 50, out: 'bench-results' });
    expect(readOptions(['--minutes', '2.5', '--pairs', '4'])).toMatchObject({ minutes: 2.5, pairs: 4 });
  });

  it.each([
    ['--minutes', '0'],
    ['--minutes', 'long'],
    ['--minutes', ''],
    ['--pairs', '1.5'],
    ['--pairs', '100000'],
    ['--seed', '-1'],
    ['--hours', '1'],
  ])('are refused: %s %s', (...args) => {
    expect(() => readOptions(args)).toThrow(TypeError);
  });
});
