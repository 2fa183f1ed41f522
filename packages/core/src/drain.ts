import type { SessionId } from '@parley/protocol';
import type { Hub } from './hub.ts';
import { waitWhile } from './patience.ts';
import type { Clock, Random } from './ports/clock.ts';
import { Wheel } from './wheel.ts';

/**
 * Lets every session of a node go, one after the other.
 *
 * Told to come back at once, all of them would come at once, and the nodes that are left would be the next to fall. So each is
 * given a time of its own, spread over the window; whoever has not moved a while after its time is closed, so closes are
 * spread as well.
 */
export class Drain {
  readonly #hub: Hub;
  readonly #clock: Clock;
  readonly #random: Random;
  readonly #due: Wheel<SessionId>;

  constructor({ hub, clock, random }: { hub: Hub; clock: Clock; random: Random }) {
    this.#hub = hub;
    this.#clock = clock;
    this.#random = random;
    this.#due = new Wheel(clock, (session) => hub.get(session)?.close('drained'));
  }

  /** Resolves when nobody is left, or when `windowMs` have passed. */
  async run(windowMs: number): Promise<void> {
    const graceMs = Math.min(MOST_GRACE_MS, windowMs / 4);
    const sessions = shuffled(this.#hub.all(), this.#random);
    for (const [place, session] of sessions.entries()) {
      const reconnectAfterMs = Math.floor(((windowMs - graceMs) * place) / sessions.length);
      session.send({ type: 'going-away', reconnectAfterMs });
      this.#due.set(session.session, reconnectAfterMs + graceMs);
    }
    await waitWhile(() => this.#hub.size > 0, {
      clock: this.#clock,
      everyMs: LOOK_EVERY_MS,
      mostMs: windowMs,
    });
    this.#due.stop();
  }
}

/** A client opens its new socket while the old one lives, and that may take a moment. */
const MOST_GRACE_MS = 2_000;
const LOOK_EVERY_MS = 50;

/** Fisher and Yates: those who came together do not go together. */
function shuffled<T>(items: readonly T[], random: Random): T[] {
  const order = [...items];
  for (let last = order.length - 1; last > 0; last -= 1) {
    const other = random.below(last + 1);
    [order[last], order[other]] = [order[other] as T, order[last] as T];
  }
  return order;
}
