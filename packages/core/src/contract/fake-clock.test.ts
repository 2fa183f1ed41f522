import { describe, expect, it } from 'vitest';
import { FakeClock } from './fake-clock.ts';
import { SeededRandom } from './seeded-random.ts';

describe('fake clock', () => {
  it('runs timers by when they are due, then by when they were asked for, and shows each its own time', async () => {
    const clock = new FakeClock(1_000);
    const ran: string[] = [];
    const note = (name: string) => () => ran.push(`${name} at ${clock.nowMs()}`);
    clock.after(20, note('late'));
    clock.after(10, note('first'));
    clock.after(10, note('second'));
    clock.after(31, note('not yet'));

    await clock.advance(30);
    expect(ran).toEqual(['first at 1010', 'second at 1010', 'late at 1020']);
    expect(clock.nowMs()).toBe(1_030);
    expect(clock.timersForTesting).toBe(1);
  });

  it('runs what a timer asks for within the time that passes', async () => {
    const clock = new FakeClock();
    const ran: number[] = [];
    clock.after(10, () => void clock.after(10, () => ran.push(clock.nowMs())));

    await clock.advance(20);
    expect(ran).toEqual([20]);
  });

  it('does not run what was taken back, and does not mind taking back twice or late', async () => {
    const clock = new FakeClock();
    const ran: string[] = [];
    const cancel = clock.after(10, () => ran.push('cancelled'));
    const late = clock.after(5, () => ran.push('ran'));
    cancel();
    cancel();

    await clock.advance(10);
    late();
    expect(ran).toEqual(['ran']);
    expect(clock.timersForTesting).toBe(0);
  });

  it('ends a turn after its promises, before the next timer', async () => {
    const clock = new FakeClock();
    const ran: string[] = [];
    clock.after(1, () => {
      clock.endOfTurn(() => ran.push('end of turn'));
      void manyMicrotasks(50).then(() => ran.push('promises'));
    });
    clock.after(1, () => ran.push('next timer'));

    await clock.advance(1);
    expect(ran).toEqual(['promises', 'end of turn', 'next timer']);
  });

  it('runs what is due now when it is flushed, and lets no time pass', async () => {
    const clock = new FakeClock(7);
    const ran: string[] = [];
    clock.endOfTurn(() => clock.after(0, () => ran.push('at once')));
    clock.after(1, () => ran.push('later'));

    await clock.flush();
    expect(ran).toEqual(['at once']);
    expect(clock.nowMs()).toBe(7);
  });
});

describe('seeded random', () => {
  const draw = (seed: number) => {
    const random = new SeededRandom(seed);
    return Array.from({ length: 100 }, () => [random.id(), random.below(10)] as const);
  };

  it('repeats with the same seed and with no other', () => {
    expect(draw(1)).toEqual(draw(1));
    expect(draw(1)).not.toEqual(draw(2));
  });

  it('draws ids of 32 hexadecimal digits, each once, and numbers of the whole range', () => {
    const drawn = draw(3);

    for (const [id] of drawn) expect(id).toMatch(/^[0-9a-f]{32}$/);
    expect(new Set(drawn.map(([id]) => id)).size).toBe(drawn.length);
    expect(new Set(drawn.map(([, n]) => n))).toEqual(new Set([0, 1, 2, 3, 4, 5, 6, 7, 8, 9]));
  });
});

async function manyMicrotasks(count: number) {
  for (let n = 0; n < count; n += 1) await Promise.resolve();
}
