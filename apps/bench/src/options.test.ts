import { describe, expect, it } from 'vitest';

import { readOptions, usage } from './options.ts';
import type { Scenario } from './scenarios/scenario.ts';

const named = (name: string, isLong = false): Scenario => ({
  name,
  title: `the ${name}`,
  isLong,
  figures: [],
  entrants: [],
  targets: [],
});
const all = [named('relay'), named('connect'), named('hold', true), { ...named('growth'), isThorough: true }];

describe('options', () => {
  it('are everything that is not long', () => {
    const { scenarios, rounds, isQuick } = readOptions([], all);
    expect(scenarios.map(({ name }) => name)).toEqual(['relay', 'connect', 'growth']);
    expect([rounds, isQuick]).toEqual([undefined, false]);
  });

  it('leave out what is thorough when it is to be quick', () => {
    const { scenarios, isQuick } = readOptions(['--quick'], all);
    expect(scenarios.map(({ name }) => name)).toEqual(['relay', 'connect']);
    expect(isQuick).toBe(true);
  });

  it('choose scenarios by name, long ones too', () => {
    const { scenarios } = readOptions(['--scenario', 'hold', '--scenario', 'relay'], all);
    expect(scenarios.map(({ name }) => name)).toEqual(['hold', 'relay']);
  });

  it.each([['--scenario', 'typo'], ['--rounds', '0'], ['--seed', 'x'], ['--fast']])(
    'refuse %s %s',
    (...args) => {
      expect(() => readOptions(args, all)).toThrow(/scenario|number|fast/i);
    },
  );

  it('are explained with the names of the scenarios', () => {
    expect(usage(all)).toMatch(/hold +the hold \(only when named\)/);
  });
});
