import { describe, expect, it } from 'vitest';

import { Progress } from './progress.ts';
import { roundsOf, runRounds } from './rounds.ts';
import type { Scenario } from './scenarios/scenario.ts';

function scenarioOf(names: readonly string[], measured: string[]): Scenario {
  const entrants = names.map((name) => ({
    name,
    measure: ({ seed }: { readonly seed: number }) => {
      measured.push(`${name}${seed}`);
      return Promise.resolve({ figures: { seed }, busy: { load: 0 } });
    },
  }));
  return { name: 's', title: 'S', figures: [], targets: [], entrants };
}

const silent = () => new Progress(6, { isTTY: false, write: () => true } as unknown as NodeJS.WriteStream);

describe('rounds', () => {
  it('measure every entrant before any is measured again, each round with a seed of its own', async () => {
    const measured: string[] = [];
    const found = await runRounds(scenarioOf(['A', 'B'], measured), 3, { isQuick: true, seed: 10 }, silent());
    expect(measured).toEqual(['A11', 'B11', 'A12', 'B12', 'A13', 'B13']);
    expect(found.get('B')?.map(({ figures }) => figures['seed'])).toEqual([11, 12, 13]);
  });

  it('go on when one fails, and say which', async () => {
    const broken = { name: 'B', measure: () => Promise.reject(new Error('no Redis')) };
    const scenario = { ...scenarioOf(['A', 'C'], []) };
    const progress = silent();
    const entrants = [...scenario.entrants, broken];
    const found = await runRounds({ ...scenario, entrants }, 2, { isQuick: true, seed: 0 }, progress);
    expect([...found].map(([name, all]) => [name, all.length])).toEqual([
      ['A', 2],
      ['C', 2],
      ['B', 0],
    ]);
    expect(progress.failures).toEqual(['s: B, round 1: no Redis', 's: B, round 2: no Redis']);
  });

  it('are five, fewer in a quick run, and as many as asked for but never more than a scenario bears', () => {
    const scenario = scenarioOf([], []);
    expect(roundsOf(scenario, undefined, false)).toBe(5);
    expect(roundsOf(scenario, undefined, true)).toBe(1);
    expect(roundsOf(scenario, 7, true)).toBe(7);
    expect(roundsOf({ ...scenario, maxRounds: 1 }, 7, false)).toBe(1);
  });
});
