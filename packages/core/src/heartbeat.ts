import type { Hub } from './hub.ts';
import { LIMITS } from './limits.ts';
import type { Cancel, Clock } from './ports/clock.ts';
import type { Session } from './session.ts';

const ROUND_MS = 5_000;

/** Life signs of all sessions, in one round every few seconds: no session has a timer of its own. */
export class Heartbeat {
  readonly #hub: Hub;
  readonly #clock: Clock;
  readonly #idleTimeoutMs: number;
  #cancel: Cancel | undefined;

  constructor(options: { hub: Hub; clock: Clock; idleTimeoutMs: number }) {
    this.#hub = options.hub;
    this.#clock = options.clock;
    this.#idleTimeoutMs = options.idleTimeoutMs;
  }

  start(): void {
    this.#cancel = this.#clock.after(ROUND_MS, () => {
      for (const session of this.#hub.all()) this.#look(session, this.#clock.nowMs());
      this.start();
    });
  }

  stop(): void {
    this.#cancel?.();
  }

  #look(session: Session, nowMs: number): void {
    if (nowMs - session.lastSeenMs > LIMITS.heartbeatTimeoutMs) return session.close('heartbeat-lost');
    if (this.#isIdle(session, nowMs)) return session.close('idle');
    if (nowMs - session.lastPingMs > LIMITS.heartbeatIntervalMs - ROUND_MS) session.ping();
  }

  #isIdle(session: Session, nowMs: number): boolean {
    const isBusy = session.rooms.size > 0 || session.queues.size > 0;
    if (isBusy) session.lastActiveMs = nowMs;
    return this.#idleTimeoutMs > 0 && nowMs - session.lastActiveMs > this.#idleTimeoutMs;
  }
}
