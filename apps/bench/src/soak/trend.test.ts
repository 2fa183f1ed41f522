import { Chance } from '@parley/test/faults/support/chance.ts';
import { describe, expect, it } from 'vitest';

import type { Point } from './measures.ts';
import { trendOf } from './trend.ts';

describe('a trend', () => {
  it('is what a straight line adds, and is certain of it', () => {
    const { level, growth, atLeast, atMost } = trendOf(series((share) => 100 + 50 * share));
    expect(level).toBeCloseTo(125, 0);
    for (const one of [growth, atLeast, atMost]) expect(one).toBeCloseTo(50, 0);
  });

  it('is nothing where nothing changes', () => {
    expect(trendOf(series(() => 7))).toEqual({ level: 7, growth: 0, atLeast: 0, atMost: 0 });
  });

  it('is found under noise as large as itself', () => {
    const found = seeds.filter((seed) => trendOf(noisy(seed, (share) => 20 * share)).atLeast > 0);
    expect(found.length).toBe(seeds.length);
  });

  it('is not found in noise alone, but once in a thousand', () => {
    const found = seeds.filter((seed) => trendOf(noisy(seed, () => 0)).atLeast > 0);
    expect(found.length).toBeLessThanOrEqual(3);
  });

  it('holds the true growth between its bounds', () => {
    const missed = seeds.filter((seed) => {
      const { atLeast, atMost } = trendOf(noisy(seed, (share) => 4 * share));
      return atLeast > 4 || atMost < 4;
    });
    expect(missed.length).toBeLessThanOrEqual(5);
  });

  it('is no single step, and no few wild points', () => {
    expect(trendOf(noisy(1, (share) => (share < 0.5 ? 0 : 30))).atLeast).toBeLessThanOrEqual(0);
    expect(trendOf(noisy(2, (share) => (share > 0.97 ? 500 : 0))).atLeast).toBeLessThanOrEqual(0);
  });

  it('of a sawtooth is that of its low points', () => {
    const teeth = (share: number) => 40 * ((share * 21) % 1);
    const flat = trendOf(noisy(3, teeth, 1), { isSawtooth: true });
    expect(flat.atLeast).toBeLessThanOrEqual(0);
    const leak = trendOf(
      noisy(3, (share) => teeth(share) + 15 * share, 1),
      { isSawtooth: true },
    );
    expect(leak.atLeast).toBeGreaterThan(0);
    expect(leak.growth).toBeGreaterThan(10);
  });

  it('is unknown of one point, and of none', () => {
    expect(trendOf([]).atLeast).toBeLessThanOrEqual(0);
    expect(trendOf([{ atMs: 5, value: 3 }])).toMatchObject({ level: 3, growth: 0 });
  });
});

const seeds = Array.from({ length: 300 }, (_, seed) => seed);

/** A quarter of an hour, looked at every five seconds. */
function series(value: (share: number) => number): Point[] {
  return Array.from({ length: 181 }, (_, index) => ({ atMs: index * 5_000, value: value(index / 180) }));
}

/** With noise of so much to either side. */
function noisy(seed: number, value: (share: number) => number, amount = 10): Point[] {
  const chance = new Chance(seed);
  return series((share) => value(share) + (chance.fraction() * 2 - 1) * amount);
}
