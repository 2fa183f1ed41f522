import { describe, expect, it } from 'vitest';
import { LIMITS } from './limits.ts';
import { bob, here, laneBench } from './testing/lane.ts';

const KEPT = { outcome: 'kept', forMs: 90_000 } as const;

describe('signals of one pair', () => {
  it('are sent as they come: none waits for the outcome of another', () => {
    const { bench, send } = laneBench();
    send('1', '2', '3');
    expect(bench.ways).toEqual(['1 to bob-1', '2 to bob-1', '3 to bob-1']);
    expect(bench.puts).toEqual([]);
  });

  it('that are all delivered leave nothing behind', () => {
    const { bench, send, closed } = laneBench();
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
      const { bench, send, closed } = laneBench();
      send('1');
      bench.settle('1', outcome);
      expect(bench.outcomes).toEqual([['1', outcome]]);
      expect([bench.sent.length, bench.puts.length, closed()]).toEqual([1, 0, 1]);
    },
  );

  it.each(['gone', 'dropped'] as const)('that are refused as %s are offered to the mail', async (refusal) => {
    const { bench, send, closed } = laneBench();
    send('1');
    bench.settle('1', refusal);
    expect(bench.outcomes).toEqual([]);
    await bench.put.answer(KEPT);
    expect(bench.outcomes).toEqual([['1', { keptForMs: 90_000 }]]);
    expect([closed(), bench.clock.timersForTesting]).toEqual([1, 0]);
  });

  it('to a peer that is away go straight to the mail, one after the other', async () => {
    const { bench, lane } = laneBench();
    for (const text of ['1', '2']) lane.add(bench.parcel(text, { awayUntilMs: 1 }));
    expect(bench.sent).toEqual([]);
    expect(bench.puts.map(({ text }) => text)).toEqual(['1']);
    await bench.put.answer(KEPT);
    expect(bench.puts.map(({ text }) => text)).toEqual(['1', '2']);
    await bench.put.answer(KEPT);
    expect(bench.outcomes.map(([text]) => text)).toEqual(['1', '2']);
  });

  it('to a node that has ended go straight to the mail, too', () => {
    const { bench, send } = laneBench();
    bench.ended.add(bob().node);
    send('1');
    expect([bench.sent.length, bench.puts.length]).toEqual([0, 1]);
  });
});

describe('what comes after a signal that was refused', () => {
  it('waits behind it, and goes where it went', async () => {
    const { bench, send, lane } = laneBench();
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
    const { bench, send } = laneBench();
    send('1', '2');
    bench.settle('2', 'gone');
    expect(bench.puts).toEqual([]);
    bench.settle('1', 'gone');
    expect(bench.put.text).toBe('1');
    await bench.put.answer(KEPT);
    expect(bench.put.text).toBe('2');
  });

  it('does not wait for it when it was delivered after all', () => {
    const { bench, send } = laneBench();
    send('1', '2');
    bench.settle('2', 'gone');
    bench.settle('1', 'delivered');
    expect(bench.put.text).toBe('2');
  });

  it('goes straight on once nothing waits any more, to where the room says', async () => {
    const { bench, send, lane } = laneBench();
    send('1');
    bench.settle('1', 'gone');
    await bench.put.answer(KEPT);
    lane.add(bench.parcel('2', bob(2)));
    expect(bench.ways).toEqual(['1 to bob-1', '2 to bob-2']);
  });
});

describe('a peer that is somewhere else by now', () => {
  it('is sent there what was refused, once and in order', async () => {
    const { bench, send } = laneBench();
    send('1', '2');
    bench.settle('1', 'gone');
    bench.settle('2', 'gone');
    await bench.put.answer(here(2));
    expect(bench.ways.slice(2)).toEqual(['1 to bob-2', '2 to bob-2']);
  });

  it('has nothing sent to the new place while something to the old one has no outcome', async () => {
    const { bench, send } = laneBench();
    send('1', '2');
    bench.settle('1', 'gone');
    await bench.put.answer(here(2));
    expect(bench.ways).toEqual(['1 to bob-1', '2 to bob-1']);
    bench.settle('2', 'gone');
    expect(bench.ways.slice(2)).toEqual(['1 to bob-2', '2 to bob-2']);
  });

  it('has what comes next wait for what is under way to another place, whichever of the two is right', () => {
    const { bench, send, lane } = laneBench();
    send('1');
    lane.add(bench.parcel('2', bob(2)));
    expect(bench.ways).toEqual(['1 to bob-1']);
    bench.settle('1', 'delivered');
    expect(bench.ways).toEqual(['1 to bob-1', '2 to bob-2']);
  });

  it('is found again when the room does not know of it yet', async () => {
    const { bench, send } = laneBench();
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
    const { bench, send } = laneBench();
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
    const { bench, send, again } = laneBench();
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
    const { bench, send, again, closed } = laneBench();
    send('1');
    bench.settle('1', 'gone');
    await again(here(1), LIMITS.signalLifeMs - 1);
    expect(bench.outcomes).toEqual([]);
    await again(here(1), 1);
    expect(bench.outcomes).toEqual([['1', 'gone']]);
    expect([closed(), bench.clock.timersForTesting]).toEqual([1, 0]);
  });

  it('has what comes later tried by itself when the first is given up', async () => {
    const { bench, send, again } = laneBench();
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
