import { type Clock, Unavailable } from '@parley/core';

import { unavailable } from './unavailable.ts';

/**
 * An answer, for whoever can wait only so long. One that comes later is dropped.
 *
 * @throws Unavailable and nothing else
 */
export function within<T>(clock: Clock, ms: number, what: string, answer: Promise<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    const giveUp = () => reject(new Unavailable(`Redis gave no answer to ${what} in time`));
    // After a turn that took long the timer comes before the socket is read, and the answer may have been there all the time.
    const cancel = clock.after(Math.max(ms, 0), () => clock.endOfTurn(giveUp));
    answer.then(resolve, (failure) => reject(unavailable(what, failure))).finally(cancel);
  });
}
