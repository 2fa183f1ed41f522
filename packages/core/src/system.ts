import { randomBytes, randomInt } from 'node:crypto';
import type { Clock, Random } from './ports/clock.ts';

/** The time of this machine. Its timers do not keep the process alive: the sockets do. */
export const systemClock: Clock = {
  nowMs: () => performance.now(),
  after(delayMs, task) {
    const timer = setTimeout(task, delayMs).unref();
    return () => clearTimeout(timer);
  },
  endOfTurn: (task) => void setImmediate(task),
};

/** The chance of this machine's CSPRNG. */
export const systemRandom: Random = {
  id: () => randomBytes(16).toString('hex'),
  below: (bound) => (bound < 1 ? 0 : randomInt(Math.floor(bound))),
};
