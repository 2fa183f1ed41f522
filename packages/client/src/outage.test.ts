import type { Outgoing } from '@parley/protocol/plain';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';

import { Outage } from './outage.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

const cutOff: Outgoing = { type: 'error', code: 'cluster-unavailable', message: '' };
const pong: Outgoing = { type: 'pong' };

/** Heeds this so often, a while apart. */
function heard(outage: Outage, times: number, apartMs: number, answer = cutOff): boolean {
  let isTooLong = false;
  for (let time = 0; time < times; time += 1) {
    isTooLong = outage.heed(answer);
    vi.advanceTimersByTime(apartMs);
  }
  return isTooLong;
}

it('is too long after ten seconds of answers that say so', () => {
  expect(heard(new Outage(), 10, 1_000)).toBe(false);
  expect(heard(new Outage(), 11, 1_000)).toBe(true);
});

it('is not one where they are far apart', () => {
  expect(heard(new Outage(), 20, 10_001)).toBe(false);
});

it('is not ended by what goes well, which may have needed no cluster', () => {
  const outage = new Outage();
  heard(outage, 5, 1_000);
  expect(outage.heed(pong)).toBe(false);
  heard(outage, 5, 1_000);
  expect(outage.heed(cutOff)).toBe(true);
});

it('begins anew with another session', () => {
  const outage = new Outage();
  heard(outage, 10, 1_000);
  outage.reset();
  expect(outage.heed(cutOff)).toBe(false);
});
