import { describe, expect, it } from 'vitest';
import { type Draw, type Limiter, LIMITER_TIMEOUT_MAX_MS } from '../ports/limiter.ts';
import { fresh, type Subject } from './subject.ts';

export interface LimiterSubject extends Subject {
  readonly limiter: Limiter;
}

export type MakeLimiter = () => Promise<LimiterSubject>;

/** Everything that a {@link Limiter} promises. */
export function limiterContract(name: string, make: MakeLimiter): void {
  describe(`limiter: ${name}`, () => {
    const at = fresh(make);
    const draw = (...draws: Draw[]) => at().limiter.draw(draws);

    it('lets a burst through at once, and refuses what is over it', async () => {
      for (let n = 1; n <= 3; n += 1) expect(await draw(slow('ann'))).toEqual({ ok: true });

      expect(await draw(slow('ann'))).toMatchObject({ ok: false, limit: 'join' });
    });

    it('says after how long the next one passes, and then it does', async () => {
      await draw(quick('ann'));
      const refused = await draw(quick('ann'));
      if (refused.ok) throw new Error('the second one is over the burst');
      expect(refused.retryAfterMs).toBeGreaterThan(0);
      expect(refused.retryAfterMs).toBeLessThanOrEqual(QUICK_INTERVAL_MS);

      await at().advance(refused.retryAfterMs);
      expect(await draw(quick('ann'))).toEqual({ ok: true });
    });

    it('refills one by one: there is no border at which a whole burst comes back', async () => {
      const twoAtOnce = { ...quick('ann'), burst: 2 };
      await draw(twoAtOnce);
      await draw(twoAtOnce);
      await at().advance(QUICK_INTERVAL_MS);

      expect(await draw(twoAtOnce)).toEqual({ ok: true });
      expect(await draw(twoAtOnce)).toMatchObject({ ok: false });
    });

    it('never holds more than a burst, however long nobody draws', async () => {
      const twoAtOnce = { ...quick('ann'), burst: 2 };
      await draw(twoAtOnce);
      await at().advance(QUICK_INTERVAL_MS * 4);

      expect(await draw(twoAtOnce)).toEqual({ ok: true });
      expect(await draw(twoAtOnce)).toEqual({ ok: true });
      expect(await draw(twoAtOnce)).toMatchObject({ ok: false });
    });

    it('does not charge what it refuses', async () => {
      await draw(quick('ann'));
      for (let n = 1; n <= 20; n += 1) await draw(quick('ann'));
      await at().advance(QUICK_INTERVAL_MS);

      expect(await draw(quick('ann'))).toEqual({ ok: true });
    });

    it('has a budget for every subject and every limit', async () => {
      await exhaust(slow('ann'));

      expect(await draw(slow('bob'))).toEqual({ ok: true });
      expect(await draw({ ...slow('ann'), limit: 'match' })).toEqual({ ok: true });
      expect(await draw(slow('ann'))).toMatchObject({ ok: false });
    });

    it('refuses all draws of a call when it refuses one, and names that one', async () => {
      await exhaust(slow('ann'));

      const refused = await draw({ ...slow('realm'), limit: 'match' }, slow('ann'));
      expect(refused).toMatchObject({ ok: false, limit: 'join' });
    });

    it('charges none of the draws of a call that it refuses', async () => {
      const realm: Draw = { ...slow('realm'), limit: 'match' };
      await exhaust(slow('ann'));
      for (let n = 1; n <= 10; n += 1) {
        await draw(realm, slow('ann'));
        await draw(slow('ann'), realm);
      }
      // Where budgets live apart, what one of them took is given back a moment later.
      await at().advance(100);

      for (let n = 1; n <= realm.burst; n += 1) expect(await draw(realm)).toEqual({ ok: true });
      expect(await draw(realm)).toMatchObject({ ok: false });
    });

    it('charges all of the draws of a call that it allows', async () => {
      const realm: Draw = { ...slow('realm'), limit: 'match' };
      for (let n = 1; n <= 3; n += 1) expect(await draw(realm, slow('ann'))).toEqual({ ok: true });

      expect(await draw(realm)).toMatchObject({ ok: false, limit: 'match' });
      expect(await draw(slow('ann'))).toMatchObject({ ok: false, limit: 'join' });
    });

    it('decides the same for whoever can wait longer', async () => {
      const patient = () => at().limiter.draw([slow('ann')], LIMITER_TIMEOUT_MAX_MS);
      for (let n = 1; n <= 3; n += 1) expect(await patient()).toEqual({ ok: true });

      expect(await patient()).toMatchObject({ ok: false, limit: 'join' });
    });

    it('allows a call that draws nothing', async () => {
      expect(await draw()).toEqual({ ok: true });
    });

    async function exhaust(budget: Draw) {
      for (let n = 1; n <= budget.burst; n += 1) await draw(budget);
    }
  });
}

/** Three at once, and then none for a minute: no test lasts long enough to see a refill. */
const slow = (subject: string): Draw => ({ limit: 'join', subject, burst: 3, perMinute: 1 });

/** One at once: short enough to wait for, long enough for two draws in a row to fall into it. */
const quick = (subject: string): Draw => ({ limit: 'join', subject, burst: 1, perMinute: 120 });

const QUICK_INTERVAL_MS = 500;
