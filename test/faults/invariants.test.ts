import { describe, expect, it } from 'vitest';

import { has } from '../support/programs.ts';
import { runTrial, type Verdict } from './support/trial.ts';
import { describeVerdict } from './support/verdict.ts';

const LONG_MS = 120_000;
const SHORT_MS = 30_000;
const TIMEOUT_MS = 280_000;

/** One long trial beside two lanes of short ones: three clusters at a time are what two cores bear. */
describe
  .runIf(has('redis-server'))
  .concurrent('whatever befalls a cluster, nothing is lost in silence', () => {
    it('in two minutes with every kind of fault', { timeout: TIMEOUT_MS }, async () => {
      const verdict = await runTrial({ seed: 1, durationMs: LONG_MS });
      expectNothingWrong(verdict);
      // The node that was killed first is past its life: Redis was searched for it.
      expect(verdict.counts['buried']).toBeGreaterThan(0);
      expect(verdict.counts['kept']).toBeGreaterThan(0);
    });

    it.each([
      [2, 3],
      [4, 5],
    ])('in half a minute, twice: seeds %i and %i', { timeout: TIMEOUT_MS }, async (...seeds) => {
      for (const seed of seeds) expectNothingWrong(await runTrial({ seed, durationMs: SHORT_MS }));
    });
  });

/** Neither wrong, nor so quiet that nothing could go wrong. */
function expectNothingWrong(verdict: Verdict): void {
  const { wrongs, counts, durationMs } = verdict;
  const { sent = 0, heard = 0, resumed = 0 } = counts;
  const isLively = sent > durationMs / 10 && heard > sent / 2 && resumed > 0;
  const isFaultless = Object.keys(wrongs).length === 0;
  expect(isLively && isFaultless ? 'nothing wrong' : describeVerdict(verdict)).toBe('nothing wrong');
}
