import { randomFillSync, randomInt } from 'node:crypto';
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

const ID_BYTES = 16;
/** To ask the CSPRNG costs 2.5 microseconds, however much is asked for; a connect takes several ids. */
const IDS_AT_ONCE = 128;

/** The chance of this machine's CSPRNG. */
export const systemRandom: Random = {
  id: idsInAdvance(),
  below: (bound) => (bound < 1 ? 0 : randomInt(Math.floor(bound))),
};

/** Each byte is used once, and is not kept: the next ones wait in memory, so a copy of a running machine would draw the same. */
function idsInAdvance(): () => string {
  const bytes = Buffer.allocUnsafeSlow(ID_BYTES * IDS_AT_ONCE);
  let used = bytes.length;
  return () => {
    if (used === bytes.length) {
      randomFillSync(bytes);
      used = 0;
    }
    const id = bytes.toString('hex', used, used + ID_BYTES);
    bytes.fill(0, used, (used += ID_BYTES));
    return id;
  };
}
