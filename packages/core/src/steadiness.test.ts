import { describe, expect, it } from 'vitest';
import { Steadiness } from './steadiness.ts';

describe('whether something is steadily well', () => {
  it('counts at once the first time, and not before', () => {
    const { look } = start();
    expect([look(0, false), look(10, false), look(20, true)]).toEqual([false, false, true]);
  });

  it('is not changed by a hiccup, however many there are', () => {
    const { look } = start();
    look(0, true);
    for (let ms = 0; ms < 100_000; ms += 100)
      expect([ms, look(ms, false), look(ms + 99, false), look(ms + 99.5, true)]).toEqual([
        ms,
        true,
        true,
        true,
      ]);
  });

  it('is over when it was ill for long enough', () => {
    const { look } = start();
    look(0, true);
    expect([look(1_000, false), look(1_099, false), look(1_100, false)]).toEqual([true, true, false]);
  });

  it('is so again only when it was well for long enough without a break', () => {
    const { look } = start();
    for (const [ms, isWell] of [
      [0, true],
      [10, false],
      [110, false],
    ] as const)
      look(ms, isWell);
    expect([look(200, true), look(230, false), look(240, true), look(279, true)]).toEqual(
      Array(4).fill(false),
    );
    expect(look(280, true)).toBe(true);
  });

  it('is asked without anything having changed, and answers the same', () => {
    const { look } = start();
    look(0, true);
    expect([look(1, true), look(1, true)]).toEqual([true, true]);
  });
});

function start() {
  const steadiness = new Steadiness({ illAfterMs: 100, wellAfterMs: 40 });
  return { look: (nowMs: number, isWell: boolean) => steadiness.look(isWell, nowMs) };
}
