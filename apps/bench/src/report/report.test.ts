import { describe, expect, it } from 'vitest';

import type { Found } from '../load/jobs/job.ts';
import type { Scenario } from '../scenarios/scenario.ts';
import { outcomeOf } from './report.ts';

const scenario: Scenario = {
  name: 'relay',
  title: 'Relay',
  figures: [
    { name: 'perSecond', title: 'relayed', unit: '/s', better: 'more' },
    { name: 'bytes', title: 'memory', unit: 'bytes', better: 'less' },
  ],
  entrants: [],
  targets: [
    { figure: 'perSecond', beside: ['bare'], limit: 0.75 },
    { figure: 'perSecond', beside: ['slow', 'slower'], limit: 2 },
    { figure: 'bytes', limit: 2_500 },
  ],
};

const found = (perSecond: number, bytes: number): Found => ({
  figures: { perSecond, bytes },
  busy: { load: 0.5 },
});

describe('the outcome of a scenario', () => {
  const outcome = outcomeOf(
    scenario,
    new Map([
      ['bare', [found(100, 1), found(140, 1), found(90, 1)]],
      ['Parley', [found(80, 2_600), found(81, 2_600), found(10, 2_600)]],
      ['slow', [found(40, 1), found(41, 1), found(39, 1)]],
      ['slower', [found(20, 1), found(20, 1), found(20, 1)]],
    ]),
  );

  it('is the median of each entrant, with all rounds beside it', () => {
    expect(outcome.figures[0]?.rows[0]).toMatchObject({ name: 'bare', median: 100, values: [100, 140, 90] });
    expect(outcome.rounds).toBe(3);
  });

  it('judges ratios of medians, to the best of several, and values that must not be more', () => {
    expect(outcome.verdicts).toMatchObject([
      { reached: 0.8, isMet: true },
      { reached: 2, isMet: true },
      { reached: 2_600, isMet: false, text: 'memory: at most 2500 bytes' },
    ]);
  });

  it('does not call a target met of which nothing was measured', () => {
    const { verdicts } = outcomeOf(scenario, new Map([['Parley', [found(80, 1)]]]));
    expect(verdicts[0]).toMatchObject({ isMet: false });
  });
});
