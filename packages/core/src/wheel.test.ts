import { describe, expect, it } from 'vitest';
import { FakeClock } from './contract/fake-clock.ts';
import { Wheel } from './wheel.ts';

describe('a wheel of deadlines', () => {
  it('calls a key once, not before its time and little after it', async () => {
    const { clock, wheel, calls } = start();
    wheel.set('a', 1_000);
    await clock.advance(999);
    expect(calls).toEqual([]);
    await clock.advance(500);
    await clock.advance(10_000);
    expect(calls).toEqual(['a']);
    expect(wheel.size).toBe(0);
  });

  it('moves a deadline that is set again', async () => {
    const { clock, wheel, calls } = start();
    wheel.set('a', 1_000);
    wheel.set('a', 5_000);
    await clock.advance(4_000);
    expect(calls).toEqual([]);
    await clock.advance(2_000);
    expect(calls).toEqual(['a']);
  });

  it('hastens a deadline that is further away, and leaves a nearer one', async () => {
    const { clock, wheel, calls } = start();
    wheel.set('far', 10_000);
    wheel.hasten('far', 1_000);
    wheel.set('near', 1_000);
    wheel.hasten('near', 10_000);
    wheel.hasten('new', 1_000);
    await clock.advance(1_500);
    expect(calls.toSorted((a, b) => a.localeCompare(b))).toEqual(['far', 'near', 'new']);
  });

  it('does not call what was deleted', async () => {
    const { clock, wheel, calls } = start();
    wheel.set('a', 1_000);
    wheel.set('b', 1_000);
    wheel.delete('a');
    wheel.delete('unknown');
    await clock.advance(2_000);
    expect(calls).toEqual(['b']);
  });

  it('calls again what sets itself again while it is called', async () => {
    const clock = new FakeClock();
    const atMs: number[] = [];
    const wheel: Wheel<string> = new Wheel(clock, (key) => {
      atMs.push(clock.nowMs());
      if (atMs.length < 3) wheel.set(key, 1_000);
    });
    wheel.set('a', 1_000);
    await clock.advance(10_000);
    expect(atMs).toEqual([1_000, 2_000, 3_000]);
  });

  it('has one timer for all keys, and none for no keys', async () => {
    const { clock, wheel } = start();
    for (let key = 0; key < 100; key += 1) wheel.set(`${key}`, key * 10);
    expect(clock.timersForTesting).toBe(1);
    await clock.advance(2_000);
    expect(clock.timersForTesting).toBe(0);
  });

  it('can have its deadlines moved by whoever walks through its keys', () => {
    const { wheel } = start();
    for (const key of ['a', 'b', 'c']) wheel.set(key, 10_000);
    let steps = 0;
    for (const key of wheel.keys()) {
      wheel.hasten(key, 5_000 - (steps += 1));
      if (steps > 3) break;
    }
    expect(steps).toBe(3);
  });

  it('is silent once it is stopped, whatever is set later', async () => {
    const { clock, wheel, calls } = start();
    wheel.set('before', 1_000);
    wheel.stop();
    wheel.set('after', 1_000);
    wheel.hasten('after', 1_000);
    await clock.advance(5_000);
    expect(calls).toEqual([]);
    expect(wheel.size).toBe(0);
    expect(clock.timersForTesting).toBe(0);
  });
});

function start() {
  const clock = new FakeClock();
  const calls: string[] = [];
  return { clock, calls, wheel: new Wheel<string>(clock, (key) => calls.push(key)) };
}
