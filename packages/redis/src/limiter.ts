import { type Clock, type Decision, type Draw, type Limiter, LIMITER_TIMEOUT_MS } from '@parley/core';

import type { Keys } from './keys.ts';
import type { Scripts } from './scripts.ts';
import { within } from './within.ts';

/**
 * Budgets of the whole cluster. Each budget lives in a slot of its own, so several draws are several scripts, sent
 * together; when one is refused, what the others took is given back, a moment later and if Redis can still be reached.
 */
export function redisLimiter(scripts: Scripts, keys: Keys, clock: Clock): Limiter {
  const ask = async ({ limit, subject, burst, perMinute }: Draw, verb: 'draw' | 'return') => {
    const [waitMs] = await scripts.run('gcra', keys.rate(limit, subject), [burst, perMinute, verb]);
    return Number(waitMs);
  };

  return {
    async draw(draws, withinMs = LIMITER_TIMEOUT_MS): Promise<Decision> {
      const answers = Promise.all(draws.map((draw) => ask(draw, 'draw')));
      const waits = await within(clock, withinMs, 'gcra', answers);
      const longest = Math.max(0, ...waits);
      const refusing = draws[waits.indexOf(longest)];
      if (longest === 0 || !refusing) return { ok: true };
      for (const draw of draws.filter((_, index) => waits[index] === 0)) {
        // Lost, it refills by itself: that budget is a little tighter for a while.
        ask(draw, 'return').catch(() => {});
      }
      return { ok: false, limit: refusing.limit, retryAfterMs: longest };
    },
  };
}
