import { describe, expect, it } from 'vitest';
import { FakeClock } from './contract/fake-clock.ts';
import { SeededRandom } from './contract/seeded-random.ts';
import { Renewals } from './renewals.ts';

const RENEWAL_MS = 75_000;

describe('renewals', () => {
  it('come in the ordinary time, give or take a tenth, and not all together', async () => {
    const { clock, renewals, atMs } = start();
    for (let key = 0; key < 100; key += 1) renewals.plan(key);
    await clock.advance(RENEWAL_MS * 0.9 - 1);
    expect(atMs.size).toBe(0);
    await clock.advance(RENEWAL_MS * 0.2 + 500);
    expect(atMs.size).toBe(100);
    expect(new Set(atMs.values()).size).toBeGreaterThan(20);
  });

  it('are all made soon when everything is to be asserted, spread over the longer the more there are', async () => {
    const { clock, renewals, atMs } = start();
    for (let key = 0; key < 2_000; key += 1) renewals.plan(key);
    renewals.all();
    await clock.advance(1_000);
    expect(atMs.size).toBeGreaterThan(0);
    expect(atMs.size).toBeLessThan(1_000);
    await clock.advance(4_000);
    expect(atMs.size).toBe(2_000);
  });

  it('are never put off', async () => {
    const { clock, renewals, atMs } = start();
    renewals.retry(1);
    renewals.plan(1);
    renewals.soon(1, 60_000);
    await clock.advance(4_000);
    expect(atMs.size).toBe(1);
  });

  it('end with what they renewed', async () => {
    const { clock, renewals, atMs } = start();
    renewals.plan(1);
    renewals.delete(1);
    renewals.all();
    await clock.advance(RENEWAL_MS * 2);
    expect(atMs.size).toBe(0);
    expect(clock.timersForTesting).toBe(0);
  });
});

function start() {
  const clock = new FakeClock();
  const atMs = new Map<number, number>();
  const options = { clock, random: new SeededRandom(1), renewalMs: RENEWAL_MS };
  return { clock, atMs, renewals: new Renewals<number>(options, (key) => atMs.set(key, clock.nowMs())) };
}
