import { describe, expect, it } from 'vitest';
import { Lanes } from './lanes.ts';
import { LaneBench } from './testing/lane.ts';

describe('lanes', () => {
  it('exist only while something of their pair is under way', () => {
    const { bench, lanes } = start();
    const parcel = bench.parcel('1');
    expect([lanes.size, lanes.has(parcel)]).toEqual([0, false]);
    lanes.send(parcel);
    expect([lanes.size, lanes.has(parcel), lanes.blocked]).toEqual([1, true, 0]);
    bench.settle('1', 'delivered');
    expect([lanes.size, lanes.has(parcel)]).toEqual([0, false]);
  });

  it('are apart for each room: what is refused in one holds up nothing in another', () => {
    const { bench, lanes } = start();
    lanes.send(bench.parcel('1'));
    bench.settle('1', 'gone');
    lanes.send(bench.parcel('2', {}, 'main/elsewhere'));
    expect([bench.ways, lanes.size, lanes.blocked]).toEqual([['1 to bob-1', '2 to bob-1'], 2, 1]);
  });

  it('are apart for each receiver, and one for all sessions of it', () => {
    const { bench, lanes } = start();
    lanes.send(bench.parcel('1'));
    bench.settle('1', 'gone');
    lanes.send(bench.parcel('2', { peer: 'carol' as never }));
    lanes.send(bench.parcel('3', { session: 'bob-2' as never }));
    expect(bench.sent.map(({ text }) => text)).toEqual(['1', '2']);
    expect([lanes.size, lanes.blocked]).toEqual([2, 1]);
  });

  it('take what is sent from within an outcome, in order', () => {
    const { bench, lanes } = start();
    lanes.send({ ...bench.parcel('1'), settled: () => lanes.send(bench.parcel('2')) });
    bench.settle('1', 'delivered');
    expect([bench.ways, lanes.size]).toEqual([['1 to bob-1', '2 to bob-1'], 1]);
    bench.settle('2', 'delivered');
    expect(lanes.size).toBe(0);
  });

  it('are gone when they are stopped, whatever comes later', async () => {
    const { bench, lanes } = start();
    for (const room of ['main/stage', 'main/elsewhere']) lanes.send(bench.parcel(room, {}, room));
    bench.settle('main/stage', 'gone');
    lanes.stop();
    await bench.put.lose();
    expect(Object.fromEntries(bench.outcomes)).toEqual({
      'main/stage': 'timeout',
      'main/elsewhere': 'timeout',
    });
    expect([lanes.size, bench.clock.timersForTesting]).toEqual([0, 0]);
  });
});

function start() {
  const bench = new LaneBench();
  return { bench, lanes: new Lanes(bench.context) };
}
