import { describe, expect, it } from 'vitest';
import { LIMITS } from './limits.ts';
import { here, laneBench } from './testing/lane.ts';

const KEPT = { outcome: 'kept', forMs: 90_000 } as const;

describe('what the mail does not take', () => {
  it.each([
    [{ outcome: 'full' }, 'full'],
    [{ outcome: 'gone' }, 'gone'],
    [{ outcome: 'late' }, 'stale'],
  ] as const)('with %o is %s, and the next one is tried by itself', async (answer, outcome) => {
    const { bench, send } = laneBench();
    send('1', '2');
    bench.settle('1', 'gone');
    bench.settle('2', 'gone');
    await bench.put.answer(answer);
    expect(bench.outcomes).toEqual([['1', outcome]]);
    await bench.put.answer(KEPT);
    expect(bench.outcomeOf('2')).toEqual({ keptForMs: 90_000 });
  });

  it('is unknown when the directory does not answer, and so is all that waits', async () => {
    const { bench, send, closed } = laneBench();
    send('1', '2', '3');
    for (const text of ['1', '2']) bench.settle(text, 'gone');
    await bench.put.lose();
    expect(bench.outcomes).toEqual([
      ['1', 'unavailable'],
      ['2', 'unavailable'],
    ]);
    bench.settle('3', 'delivered');
    expect(bench.outcomeOf('3')).toBe('delivered');
    expect(closed()).toBe(1);
  });
});

describe('what has no outcome after two seconds', () => {
  it('and never left is certainly not delivered; what is under way is unknown', async () => {
    const { bench, send, closed } = laneBench();
    send('1', '2');
    bench.settle('1', 'gone');
    await bench.put.answer(here(2));
    send('3');
    await bench.clock.advance(LIMITS.signalLifeMs);
    expect(Object.fromEntries(bench.outcomes)).toEqual({ 1: 'gone', 2: 'timeout', 3: 'gone' });
    expect([closed(), bench.clock.timersForTesting]).toEqual([1, 0]);
  });

  it('while it is being put is unknown, and what comes of it later changes nothing', async () => {
    const { bench, send, closed } = laneBench();
    send('1');
    bench.settle('1', 'gone');
    send('2');
    await bench.clock.advance(LIMITS.signalLifeMs);
    expect(bench.outcomes).toEqual([
      ['1', 'timeout'],
      ['2', 'gone'],
    ]);
    await bench.put.answer(KEPT);
    expect(bench.outcomes).toHaveLength(2);
    expect(closed()).toBe(1);
  });

  it('is given up though it was sent onward in between: two seconds from when it was read', async () => {
    const { bench, send } = laneBench();
    send('1');
    await bench.clock.advance(1_000);
    send('2');
    for (const text of ['1', '2']) bench.settle(text, 'gone');
    await bench.put.answer(here(2));
    await bench.clock.advance(1_000);
    expect(bench.outcomes).toEqual([['1', 'timeout']]);
    await bench.clock.advance(1_000);
    expect(bench.outcomes).toEqual([
      ['1', 'timeout'],
      ['2', 'timeout'],
    ]);
  });

  it('is not counted by what came earlier: each has two seconds of its own', async () => {
    const { bench, send } = laneBench();
    send('1');
    bench.settle('1', 'gone');
    await bench.clock.advance(1_500);
    send('2');
    await bench.clock.advance(500);
    expect(bench.outcomes).toEqual([['1', 'timeout']]);
    await bench.clock.advance(1_499);
    expect(bench.outcomeOf('2')).toBeUndefined();
    await bench.clock.advance(1);
    expect(bench.outcomeOf('2')).toBe('gone');
  });
});

describe('a lane', () => {
  it('is crowded when so many wait, and has room again when one of them has gone', async () => {
    const { bench, send } = laneBench();
    send('first');
    bench.settle('first', 'gone');
    for (let n = 1; n < LIMITS.signalsPerLane; n += 1) send(`${n}`);
    expect(bench.outcomes).toEqual([]);
    send('too many');
    expect(bench.outcomes).toEqual([['too many', 'crowded']]);
    await bench.put.answer(KEPT);
    send('again');
    expect(bench.outcomeOf('again')).toBeUndefined();
  });

  it('is crowded by bytes as well, and counts them as they are sent', () => {
    const { bench, send } = laneBench();
    const half = LIMITS.bytesPerLane / 2;
    send('ü'.repeat(half / 2));
    bench.settle('ü'.repeat(half / 2), 'gone');
    send('x'.repeat(half), 'y');
    expect(bench.outcomes).toEqual([['y', 'crowded']]);
  });

  it('is not crowded by what is under way: only by what waits', () => {
    const { bench, send } = laneBench();
    for (let n = 0; n < LIMITS.signalsPerLane * 2; n += 1) send(`${n}`);
    expect([bench.outcomes.length, bench.sent.length]).toEqual([0, LIMITS.signalsPerLane * 2]);
  });

  it('that is stopped knows of nothing, and leaves no timer', async () => {
    const { bench, send, lane, closed } = laneBench();
    send('1', '2');
    bench.settle('1', 'gone');
    lane.stop();
    expect(Object.fromEntries(bench.outcomes)).toEqual({ 1: 'timeout', 2: 'timeout' });
    bench.settle('2', 'delivered');
    await bench.put.answer(here(1));
    expect(bench.outcomes).toHaveLength(2);
    expect([closed() > 0, bench.clock.timersForTesting]).toEqual([true, 0]);
  });
});
