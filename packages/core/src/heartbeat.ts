import type { Hub } from './hub.ts';
import { LIMITS } from './limits.ts';
import type { NodeOptions } from './options.ts';
import type { Cancel, Clock } from './ports/clock.ts';
import type { Session } from './session.ts';

export type HeartbeatTimes = Pick<
  NodeOptions,
  'heartbeatIntervalMs' | 'heartbeatTimeoutMs' | 'idleTimeoutMs'
>;

/** Life signs of all sessions, in one round every few seconds: no session has a timer of its own. */
export class Heartbeat {
  readonly #hub: Hub;
  readonly #clock: Clock;
  readonly #times: HeartbeatTimes;
  readonly #slept: () => void;
  /** Every few seconds, and often enough for short intervals. */
  readonly #roundMs: number;
  #cancel: Cancel | undefined;
  #roundAtMs = 0;

  /** `slept`: this process did not run for a while; whatever it did not hear, it could not. */
  constructor(options: { hub: Hub; clock: Clock; times: HeartbeatTimes; slept: () => void }) {
    this.#hub = options.hub;
    this.#clock = options.clock;
    this.#times = options.times;
    this.#slept = options.slept;
    this.#roundMs = Math.min(5_000, options.times.heartbeatIntervalMs / 5);
  }

  start(): void {
    this.#roundAtMs = this.#clock.nowMs();
    this.#cancel = this.#clock.after(this.#roundMs, () => {
      const nowMs = this.#clock.nowMs();
      if (nowMs - this.#roundAtMs > this.#roundMs + LIMITS.lifeSignMs) this.#slept();
      for (const session of this.#hub.all()) this.#look(session, nowMs);
      this.start();
    });
  }

  stop(): void {
    this.#cancel?.();
  }

  #look(session: Session, nowMs: number): void {
    const { heartbeatIntervalMs, heartbeatTimeoutMs } = this.#times;
    if (nowMs - session.lastSeenMs > heartbeatTimeoutMs) return session.close('heartbeat-lost');
    if (this.#isIdle(session, nowMs)) return session.close('idle');
    session.rest(nowMs);
    if (nowMs - session.lastPingMs > heartbeatIntervalMs - this.#roundMs) session.ping();
  }

  #isIdle(session: Session, nowMs: number): boolean {
    const isBusy = session.rooms.size > 0 || session.queues.size > 0;
    if (isBusy) session.lastBusyMs = nowMs;
    const { idleTimeoutMs } = this.#times;
    const idleMs = nowMs - Math.max(session.lastMessageMs, session.lastBusyMs);
    return idleTimeoutMs > 0 && idleMs > idleTimeoutMs;
  }
}
