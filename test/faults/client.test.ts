import { describe, expect, it } from 'vitest';

import { has } from '../support/programs.ts';
import { runAccountTrial } from './support/account-trial.ts';
import { describeVerdict } from './support/verdict.ts';

/** So long, each of the seeds below has eight kinds of faults and more; in the first the server forgets who some of them are. */
const DURATION_MS = 42_000;
const TIMEOUT_MS = 180_000;

describe
  .runIf(has('redis-server'))
  .concurrent('whatever befalls a cluster, what is said with the SDK', () => {
    it.each([1, 11])(
      'arrives once and in order, or comes back: seed %i',
      { timeout: TIMEOUT_MS },
      async (seed) => {
        const verdict = await runAccountTrial({ seed, durationMs: DURATION_MS });
        const { wrongs, counts } = verdict;
        const { sent = 0, heard = 0, resumed = 0 } = counts;
        console.log(describeVerdict(verdict));
        // Neither wrong, nor so quiet that nothing could go wrong.
        const isLively = sent > DURATION_MS / 20 && heard > sent / 2 && resumed > 0;
        const isFaultless = Object.keys(wrongs).length === 0;
        expect(isLively && isFaultless ? 'nothing wrong' : describeVerdict(verdict)).toBe('nothing wrong');
      },
    );
  });
