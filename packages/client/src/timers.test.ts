import { afterEach, beforeEach, expect, it, vi } from 'vitest';

import { Timers } from './timers.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

it('rings once, and is forgotten', () => {
  const task = vi.fn<() => void>();
  new Timers().after(100, task);
  vi.advanceTimersByTime(1_000);
  expect(task).toHaveBeenCalledTimes(1);
  expect(vi.getTimerCount()).toBe(0);
});

it('can be cancelled, twice and too late as well', () => {
  const timers = new Timers();
  const task = vi.fn<() => void>();
  const cancel = timers.after(100, task);
  cancel();
  cancel();
  vi.advanceTimersByTime(1_000);
  expect(task).not.toHaveBeenCalled();
});

it('ends all of them at once, those too that were set while another rang', () => {
  const timers = new Timers();
  const task = vi.fn<() => void>();
  timers.after(100, () => timers.after(100, task));
  timers.after(500, task);
  vi.advanceTimersByTime(150);
  timers.clear();
  expect(vi.getTimerCount()).toBe(0);
});

it('does not ring at once for what is longer than platforms count', () => {
  const task = vi.fn<() => void>();
  new Timers().after(60 * 86_400_000, task);
  vi.advanceTimersByTime(86_400_000);
  expect(task).not.toHaveBeenCalled();
});
