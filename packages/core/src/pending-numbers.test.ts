import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { PendingNumbers } from './pending-numbers.ts';

describe('what waits under numbers', () => {
  it('is found and taken as in a map, whatever is taken first and whichever numbers have nothing', () => {
    const step = fc.oneof(
      fc.record({ gap: fc.integer({ min: 1, max: 4 }) }),
      fc.record({ take: fc.nat({ max: 30 }) }),
    );
    const startsAt = fc.constantFrom(0, 1_795_000_000_000_000);
    fc.assert(
      fc.property(startsAt, fc.array(step, { maxLength: 300 }), (start, steps) => {
        const [pending, model] = [new PendingNumbers<string>(), new Map<number, string>()];
        let last = start;
        for (const { gap, take } of steps.map((each) => ({ gap: 0, take: 0, ...each }))) {
          const n = last + gap - take;
          last += gap;
          if (gap > 0) pending.add(n, `entry ${n}`);
          if (gap > 0) model.set(n, `entry ${n}`);
          const taken = [pending.get(n), gap > 0 ? pending.get(n) : pending.take(n)];
          expect(taken).toEqual([model.get(n), model.get(n)]);
          if (gap === 0) model.delete(n);
          expect([pending.size, pending.first]).toEqual([model.size, Math.min(...model.keys())]);
        }
      }),
    );
  });

  it('leaves no room behind: a stream that never is empty does not grow', () => {
    const pending = new PendingNumbers<object>();
    pending.add(1, {});
    for (let n = 2; n < 100_000; n += 1) {
      pending.add(n, {});
      pending.take(n - 1);
    }
    expect(pending.placesForTesting).toBeLessThan(3_000);
    expect([pending.size, pending.first]).toEqual([1, 99_999]);
  });
});
