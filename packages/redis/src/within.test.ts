import { stat } from 'node:fs/promises';

import { systemClock, Unavailable } from '@parley/core';
import { describe, expect, it } from 'vitest';

import { within } from './within.ts';

const never = new Promise<never>(() => {});

describe('an answer within a time', () => {
  it('is given', async () => {
    expect(await within(systemClock, 60_000, 'it', Promise.resolve(7))).toBe(7);
  });

  it('is unavailable after that time, and not before', async () => {
    const startedMs = systemClock.nowMs();
    await expect(within(systemClock, 50, 'it', never)).rejects.toBeInstanceOf(Unavailable);
    expect(systemClock.nowMs() - startedMs).toBeGreaterThanOrEqual(49);
  });

  it('is unavailable when it fails', async () => {
    const failing = Promise.reject(new Error('ERR unknown'));
    await expect(within(systemClock, 60_000, 'it', failing)).rejects.toBeInstanceOf(Unavailable);
  });

  it('counts when it was there in time, though the process was too busy to look', async () => {
    const busy = async (looksAgain: boolean) => {
      // The end of a turn that looks at nothing.
      const clock = looksAgain ? systemClock : { ...systemClock, endOfTurn: (task: () => void) => task() };
      const answer = within(clock, 20, 'it', stat('.'));
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 100);
      return answer;
    };

    expect((await busy(true)).isDirectory()).toBe(true);
    // The negative control.
    await expect(busy(false)).rejects.toBeInstanceOf(Unavailable);
  });
});
