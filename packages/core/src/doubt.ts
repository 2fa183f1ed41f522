import type { Hub } from './hub.ts';
import { LIMITS } from './limits.ts';
import type { Cancel, Clock } from './ports/clock.ts';

/**
 * What a node does that slept, or was taken for lost: its sockets may be dead, and others may have its peers by now. So it asks
 * everybody for a life sign, and says of nobody that it is here before the time for that is over: then of the peer, and only when
 * that is answered of its seats. By then the other nodes have beaten, too, and none of them takes this one for lost any more.
 */
export class Doubt {
  readonly #hub: Hub;
  readonly #clock: Clock;
  readonly #settled: () => void;
  #cancel: Cancel | undefined;

  /** `settled`: who is still here may be asserted. */
  constructor(options: { hub: Hub; clock: Clock; settled: () => void }) {
    this.#hub = options.hub;
    this.#clock = options.clock;
    this.#settled = options.settled;
  }

  begin(): void {
    const askedAtMs = this.#clock.nowMs();
    for (const session of this.#hub.all()) {
      session.isDoubted = session.isAsked = true;
      // Not heard since it was asked, but not for so long either that anybody else ends it.
      session.lastSeenMs = askedAtMs - 1;
      session.ping();
    }
    this.#cancel?.();
    this.#cancel = this.#clock.after(LIMITS.lifeSignMs, () => this.#end(askedAtMs));
  }

  stop(): void {
    this.#cancel?.();
  }

  #end(askedAtMs: number): void {
    for (const session of this.#hub.all()) {
      if (session.isAsked && session.lastSeenMs < askedAtMs) session.close('heartbeat-lost');
      session.isAsked = false;
    }
    this.#settled();
  }
}
