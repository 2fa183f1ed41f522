import { describe, expect, it } from 'vitest';
import { Lane } from './lane.ts';
import { LIMITS } from './limits.ts';
import { bob, here, LaneBench } from './testing/lane.ts';

const KEPT = { outcome: 'kept', forMs: 90_000 } as const;

describe('signals of one pair', () => {
  it('are sent as they come: none waits for the outcome of another', () => {
    const { bench, send } = start();
    send('1', '2', '3');
    expect(bench.ways).toEqual(['1 to bob-1', '2 to bob-1', '3 to bob-1']);
    expect(bench.puts).toEqual([]);
  });

  it('that are all delivered leave nothing behind', () => {
    const { bench, send, closed } = start();
    send('1', '2');
    bench.settle('2', 'delivered');
    expect(closed()).toBe(0);
    bench.settle('1', 'delivered');
    expect(bench.outcomes).toEqual([
      ['2', 'delivered'],
      ['1', 'delivered'],
    ]);
    expect(closed()).toBe(1);
    expect(bench.clock.timersForTesting).toBe(0);
  });

  it.each(['missed', 'stale', 'not-in-room', 'timeout', 'unavailable'] as const)(
    'that are %s are so for good: nothing is sent again or kept',
    (outcome) => {
      const { bench, send, closed } = start();
      send('1');
      bench.settle('1', outcome);
      expect(bench.outcomes).toEqual([['1', outcome]]);
      expect([bench.sent.length, bench.puts.length, closed()]).toEqual([1, 0, 1]);
    },
  );

  it.each(['gone', 'dropped'] as const)('that are refused as %s are offered to the mail', async (refusal) => {
    const { bench, send, closed } = start();
    send('1');
    bench.settle('1', refusal);
    expect(bench.outcomes).toEqual([]);
    await bench.put.answer(KEPT);
    expect(bench.outcomes).toEqual([['1', { keptForMs: 90_000 }]]);
    expect([closed(), bench.clock.timersForTesting]).toEqual([1, 0]);
  });

  it('to a peer that is away go straight to the mail, one after the other', async () => {
    const { bench, lane } = start();
    for (const text of ['1', '2']) lane.add(bench.parcel(text, { awayUntilMs: 1 }));
    expect(bench.sent).toEqual([]);
    expect(bench.puts.map(({ text }) => text)).toEqual(['1']);
    await bench.put.answer(KEPT);
    expect(bench.puts.map(({ text }) => text)).toEqual(['1', '2']);
    await bench.put.answer(KEPT);
    expect(bench.outcomes.map(([text]) => text)).toEqual(['1', '2']);
  });

  it('to a node that has ended go straight to the mail, too', () => {
    const { bench, send } = start();
    bench.ended.add(bob().node);
    send('1');
    expect([bench.sent.length, bench.puts.length]).toEqual([0, 1]);
  });
});

describe('what comes after a signal that was refused', () => {
  it('waits behind it, and goes where it went', async () => {
    const { bench, send, lane } = start();
    send('1');
    bench.settle('1', 'gone');
    send('2');
    expect([bench.ways, lane.isBlocked]).toEqual([['1 to bob-1'], true]);
    await bench.put.answer(KEPT);
    expect(bench.puts.map(({ text }) => text)).toEqual(['1', '2']);
    await bench.put.answer(KEPT);
    expect([bench.ways, lane.isBlocked]).toEqual([['1 to bob-1'], false]);
  });

  it('comes behind it even if it was refused first', async () => {
    const { bench, send } = start();
    send('1', '2');
    bench.settle('2', 'gone');
    expect(bench.puts).toEqual([]);
    bench.settle('1', 'gone');
    expect(bench.put.text).toBe('1');
    await bench.put.answer(KEPT);
    expect(bench.put.text).toBe('2');
  });

  it('does not wait for it when it was delivered after all', () => {
    const { bench, send } = start();
    send('1', '2');
    bench.settle('2', 'gone');
    bench.settle('1', 'delivered');
    expect(bench.put.text).toBe('2');
  });

  it('goes straight on once nothing waits any more, to where the room says', async () => {
    const { bench, send, lane } = start();
    send('1');
    bench.settle('1', 'gone');
    await bench.put.answer(KEPT);
    lane.add(bench.parcel('2', bob(2)));
    expect(bench.ways).toEqual(['1 to bob-1', '2 to bob-2']);
  });
});

describe('a peer that is somewhere else by now', () => {
  it('is sent there what was refused, once and in order', async () => {
    const { bench, send } = start();
    send('1', '2');
    bench.settle('1', 'gone');
    bench.settle('2', 'gone');
    await bench.put.answer(here(2));
    expect(bench.ways.slice(2)).toEqual(['1 to bob-2', '2 to bob-2']);
  });

  it('has nothing sent to the new place while something to the old one has no outcome', async () => {
    const { bench, send } = start();
    send('1', '2');
    bench.settle('1', 'gone');
    await bench.put.answer(here(2));
    expect(bench.ways).toEqual(['1 to bob-1', '2 to bob-1']);
    bench.settle('2', 'gone');
    expect(bench.ways.slice(2)).toEqual(['1 to bob-2', '2 to bob-2']);
  });

  it('has what comes next wait for what is under way to another place, whichever of the two is right', () => {
    const { bench, send, lane } = start();
    send('1');
    lane.add(bench.parcel('2', bob(2)));
    expect(bench.ways).toEqual(['1 to bob-1']);
    bench.settle('1', 'delivered');
    expect(bench.ways).toEqual(['1 to bob-1', '2 to bob-2']);
  });

  it('is found again when the room does not know of it yet', async () => {
    const { bench, send } = start();
    send('1');
    bench.settle('1', 'gone');
    await bench.put.answer(here(2));
    bench.settle('1', 'delivered');
    send('2');
    bench.settle('2', 'gone');
    await bench.put.answer(here(2));
    expect(bench.ways).toEqual(['1 to bob-1', '1 to bob-2', '2 to bob-1', '2 to bob-2']);
  });

  it('and is refused there as well is looked for once more', async () => {
    const { bench, send } = start();
    send('1');
    bench.settle('1', 'gone');
    await bench.put.answer(here(2));
    bench.settle('1', 'gone');
    expect(bench.puts).toHaveLength(2);
    await bench.put.answer(KEPT);
    expect(bench.outcomes).toEqual([['1', { keptForMs: 90_000 }]]);
  });
});

describe('a peer whose session is gone, and whose node has not said so yet', () => {
  it('is asked for again, ever more slowly, and never sent to that session again', async () => {
    const { bench, send, again } = start();
    send('1');
    bench.settle('1', 'gone');
    await again(here(1), 200);
    expect(bench.puts.length).toBeGreaterThan(2);
    expect(bench.puts.length).toBeLessThan(6);
    expect(bench.ways).toEqual(['1 to bob-1']);
    for (let n = bench.puts.length; bench.puts.length === n;) await bench.clock.advance(1);
    await bench.put.answer(KEPT);
    expect(bench.outcomes).toEqual([['1', { keptForMs: 90_000 }]]);
  });

  it('has not got it when two seconds are over: certainly not', async () => {
    const { bench, send, again, closed } = start();
    send('1');
    bench.settle('1', 'gone');
    await again(here(1), LIMITS.signalLifeMs - 1);
    expect(bench.outcomes).toEqual([]);
    await again(here(1), 1);
    expect(bench.outcomes).toEqual([['1', 'gone']]);
    expect([closed(), bench.clock.timersForTesting]).toEqual([1, 0]);
  });

  it('has what comes later tried by itself when the first is given up', async () => {
    const { bench, send, again } = start();
    send('1');
    bench.settle('1', 'gone');
    await again(here(1), 1_000);
    send('2');
    expect(bench.ways).toEqual(['1 to bob-1']);
    await again(here(1), 1_000);
    expect(bench.outcomes).toEqual([['1', 'gone']]);
    expect(bench.ways).toEqual(['1 to bob-1', '2 to bob-1']);
  });
});

describe('what the mail does not take', () => {
  it.each([
    [{ outcome: 'full' }, 'full'],
    [{ outcome: 'gone' }, 'gone'],
    [{ outcome: 'late' }, 'stale'],
  ] as const)('with %o is %s, and the next one is tried by itself', async (answer, outcome) => {
    const { bench, send } = start();
    send('1', '2');
    bench.settle('1', 'gone');
    bench.settle('2', 'gone');
    await bench.put.answer(answer);
    expect(bench.outcomes).toEqual([['1', outcome]]);
    await bench.put.answer(KEPT);
    expect(bench.outcomeOf('2')).toEqual({ keptForMs: 90_000 });
  });

  it('is unknown when the directory does not answer, and so is all that waits', async () => {
    const { bench, send, closed } = start();
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
    const { bench, send, closed } = start();
    send('1', '2');
    bench.settle('1', 'gone');
    await bench.put.answer(here(2));
    send('3');
    await bench.clock.advance(LIMITS.signalLifeMs);
    expect(Object.fromEntries(bench.outcomes)).toEqual({ 1: 'gone', 2: 'timeout', 3: 'gone' });
    expect([closed(), bench.clock.timersForTesting]).toEqual([1, 0]);
  });

  it('while it is being put is unknown, and what comes of it later changes nothing', async () => {
    const { bench, send, closed } = start();
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
    const { bench, send } = start();
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
    const { bench, send } = start();
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
    const { bench, send } = start();
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
    const { bench, send } = start();
    const half = LIMITS.bytesPerLane / 2;
    send('ü'.repeat(half / 2));
    bench.settle('ü'.repeat(half / 2), 'gone');
    send('x'.repeat(half), 'y');
    expect(bench.outcomes).toEqual([['y', 'crowded']]);
  });

  it('is not crowded by what is under way: only by what waits', () => {
    const { bench, send } = start();
    for (let n = 0; n < LIMITS.signalsPerLane * 2; n += 1) send(`${n}`);
    expect([bench.outcomes.length, bench.sent.length]).toEqual([0, LIMITS.signalsPerLane * 2]);
  });

  it('that is stopped knows of nothing, and leaves no timer', async () => {
    const { bench, send, lane, closed } = start();
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

function start() {
  const bench = new LaneBench();
  let closings = 0;
  const lane = new Lane('key', bob(), bench.context, () => (closings += 1));
  const send = (...texts: string[]) => {
    for (const text of texts) lane.add(bench.parcel(text));
  };
  /** For so long the directory gives this answer whenever it is asked. */
  const again = async (answer: Parameters<typeof bench.put.answer>[0], ms: number) => {
    for (let leftMs = ms; leftMs > 0; leftMs -= 1) {
      await bench.put.answer(answer);
      await bench.clock.advance(1);
    }
  };
  return { bench, lane, send, again, closed: () => closings };
}
