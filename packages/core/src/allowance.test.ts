import { describe, expect, it } from 'vitest';
import { Allowance } from './allowance.ts';

const BUDGETS = { burst: 4, perSecond: 2, burstBytes: 1_000, bytesPerSecond: 100, changesPerMinute: 60 };

describe('an allowance', () => {
  it('lets a burst of frames through, then so many a second, and says when', () => {
    const allowance = new Allowance(BUDGETS);
    expect(times(5, () => allowance.waitMsFor(1, 0))).toEqual([0, 0, 0, 0, 500]);
    expect(allowance.waitMsFor(1, 500)).toBe(0);
    expect(allowance.waitMsFor(1, 500)).toBe(500);
  });

  it('counts bytes as well', () => {
    const allowance = new Allowance(BUDGETS);
    expect(times(3, () => allowance.waitMsFor(500, 0))).toEqual([0, 0, 5_000]);
    expect(allowance.waitMsFor(500, 5_000)).toBe(0);
  });

  it.each([
    ['frames', { ...BUDGETS, burst: 0 }],
    ['a frame rate', { ...BUDGETS, perSecond: 0 }],
  ])('of 0 %s limits none, and bytes all the same', (_what, budgets) => {
    const allowance = new Allowance(budgets);
    expect(times(100, () => allowance.waitMsFor(1, 0)).every((ms) => ms === 0)).toBe(true);
    expect(allowance.waitMsFor(1_000, 0)).toBeGreaterThan(0);
  });

  it.each([
    ['frames', (allowance: Allowance) => allowance.waitMsFor(0, 0), 500],
    ['bytes', (allowance: Allowance) => allowance.waitMsFor(1_000, 0), 10_000],
    ['changes', (allowance: Allowance) => allowance.waitMsForChange(0), 1_000],
    ['what it may overdo', (allowance: Allowance) => allowance.isOverdrawn(0), undefined],
    ['bad messages', (allowance: Allowance) => allowance.isTooBad(0), undefined],
  ])('remembers %s until all of it has come back', (_what, draw, fullAfterMs = 60_000) => {
    const allowance = new Allowance(BUDGETS);
    expect(allowance.isFull(0)).toBe(true);
    draw(allowance);
    expect([0, fullAfterMs].map((nowMs) => allowance.isFull(nowMs))).toEqual([false, true]);
  });

  it('lets so many changes a minute through, whatever there is left of frames', () => {
    const allowance = new Allowance(BUDGETS);
    expect(times(61, () => allowance.waitMsForChange(0)).indexOf(1_000)).toBe(60);
    expect(allowance.waitMsForChange(1_000)).toBe(0);
  });

  it('is lost by whoever goes on: 128 frames above it in a minute, or 20 bad messages', () => {
    const allowance = new Allowance(BUDGETS);
    expect(times(129, () => allowance.isOverdrawn(0)).indexOf(true)).toBe(128);
    expect(times(21, () => allowance.isTooBad(0)).indexOf(true)).toBe(20);
    expect([allowance.isOverdrawn(60_000), allowance.isTooBad(60_000)]).toEqual([false, false]);
  });
});

const times = <T>(count: number, act: () => T) => Array.from({ length: count }, act);
