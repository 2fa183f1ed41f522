import { describe, expect, it } from 'vitest';

import { has } from '../support/programs.ts';
import { runAccountTrial } from './support/account-trial.ts';
import { describeVerdict } from './support/verdict.ts';

/** With this seed, within this time: a node killed, one frozen and one drained, sockets dropped, subscribers cut, keys forgotten, Redis frozen, a link slow. */
const TRIAL = { seed: 11, durationMs: 40_000 };
const TIMEOUT_MS = 150_000;

describe.runIf(has('redis-server'))('whatever befalls a cluster, what is said with the SDK', () => {
  it('arrives once and in order, or comes back', { timeout: TIMEOUT_MS }, async () => {
    const verdict = await runAccountTrial(TRIAL);
    const { wrongs, counts } = verdict;
    const { sent = 0, heard = 0, resumed = 0 } = counts;
    console.log(describeVerdict(verdict));
    const isLively = sent > TRIAL.durationMs / 20 && heard > sent / 2 && resumed > 0;
    const isFaultless = Object.keys(wrongs).length === 0;
    expect(isLively && isFaultless ? 'nothing wrong' : describeVerdict(verdict)).toBe('nothing wrong');
  });
});
