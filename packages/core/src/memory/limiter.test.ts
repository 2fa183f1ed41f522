import { describe, expect, it } from 'vitest';
import { FakeClock, limiterContract } from '../contract/index.ts';
import type { Draw } from '../ports/limiter.ts';
import { MemoryLimiter } from './limiter.ts';

limiterContract('memory', async () => {
  const clock = new FakeClock();
  return { limiter: new MemoryLimiter({ clock }), advance: (ms) => clock.advance(ms), close: async () => {} };
});

describe('memory limiter', () => {
  const ann: Draw = { limit: 'join', subject: 'ann', burst: 7, perMinute: 7 };

  it('allows the whole burst at any time of day, though a minute does not divide by seven', async () => {
    for (let startMs = 1_700_000_000_000; startMs < 1_700_000_000_100; startMs += 0.7) {
      const limiter = new MemoryLimiter({ clock: new FakeClock(startMs) });
      for (let n = 1; n <= ann.burst; n += 1) expect(await limiter.draw([ann])).toEqual({ ok: true });
      expect(await limiter.draw([ann])).toMatchObject({ ok: false });
    }
  });

  it('passes no more than burst and rate together, however the draws fall', async () => {
    const clock = new FakeClock();
    const limiter = new MemoryLimiter({ clock });
    const minutes = 10;
    let passed = 0;
    for (let ms = 0; ms < minutes * 60_000; ms += 250) {
      if ((await limiter.draw([ann])).ok) passed += 1;
      await clock.advance(250);
    }

    expect(passed).toBeGreaterThanOrEqual(ann.perMinute * minutes);
    expect(passed).toBeLessThanOrEqual(ann.burst + ann.perMinute * minutes);
  });

  it('says the wait exactly: a millisecond less is too early', async () => {
    const clock = new FakeClock();
    const limiter = new MemoryLimiter({ clock });
    for (let n = 1; n <= ann.burst; n += 1) await limiter.draw([ann]);
    const refused = await limiter.draw([ann]);
    const waitMs = refused.ok ? 0 : refused.retryAfterMs;

    await clock.advance(waitMs - 1);
    expect(await limiter.draw([ann])).toEqual({ ok: false, limit: 'join', retryAfterMs: 1 });
    await clock.advance(1);
    expect(await limiter.draw([ann])).toEqual({ ok: true });
  });

  it('names the refusal that lasts longest', async () => {
    const limiter = new MemoryLimiter({ clock: new FakeClock() });
    const slow: Draw = { limit: 'match', subject: 'ann', burst: 1, perMinute: 1 };
    const quick: Draw = { ...slow, limit: 'join', perMinute: 60 };
    await limiter.draw([quick, slow]);

    expect(await limiter.draw([quick, slow])).toEqual({ ok: false, limit: 'match', retryAfterMs: 60_000 });
    expect(await limiter.draw([slow, quick])).toEqual({ ok: false, limit: 'match', retryAfterMs: 60_000 });
  });

  it('counts a budget twice that one call draws from twice', async () => {
    const limiter = new MemoryLimiter({ clock: new FakeClock() });
    const three = { ...ann, burst: 3 };

    expect(await limiter.draw([three, three])).toEqual({ ok: true });
    expect(await limiter.draw([three, three])).toMatchObject({ ok: false });
    expect(await limiter.draw([three])).toEqual({ ok: true });
  });

  it('forgives what was drawn from a larger budget that has been made smaller since', async () => {
    const limiter = new MemoryLimiter({ clock: new FakeClock() });
    const large = { ...ann, burst: 100 };
    for (let n = 1; n <= large.burst; n += 1) await limiter.draw([large]);

    const refused = await limiter.draw([{ ...ann, burst: 1, perMinute: 60 }]);
    expect(refused).toEqual({ ok: false, limit: 'join', retryAfterMs: 1_000 });
  });

  it('keeps no budget that is full again', async () => {
    const clock = new FakeClock();
    const limiter = new MemoryLimiter({ clock });
    for (let n = 0; n < 1_000; n += 1) await limiter.draw([{ ...ann, subject: `peer-${n}` }]);
    expect(limiter.sizeForTesting).toBe(1_000);

    await clock.advance(60_000);
    expect(limiter.sizeForTesting).toBe(0);
  });
});
