import type { Session } from './session.ts';
import type { Timers } from './timers.ts';

const PONG_WITHIN_MS = 10_000;

/**
 * Finds out whether a session that looks alive is: a page does not see the pings of the node, and a socket whose network is gone stays
 * open for minutes. No timer need be precise: a late one finds out later.
 */
export class Pulse {
  readonly #timers: Timers;
  readonly #isInUse: () => boolean;
  readonly #lifeless: (session: Session) => void;
  #felt: Session | undefined;

  /**
   * @param isInUse whether somebody may call; a session that is of no use may be dead without anybody minding, and is left idle
   * @param lifeless hears of a session that does not answer
   */
  constructor(timers: Timers, isInUse: () => boolean, lifeless: (session: Session) => void) {
    this.#timers = timers;
    this.#isInUse = isInUse;
    this.#lifeless = lifeless;
  }

  /** Feels it whenever it has been quiet for so long, while it is in use or owes an answer. */
  watch(session: Session, everyMs: number): void {
    this.#timers.after(everyMs, () => {
      if (session.isOver) return;
      if (session.quietMs >= everyMs && (session.isAsking || this.#isInUse())) void this.feel(session);
      this.watch(session, everyMs);
    });
  }

  /** Asks for a life sign now, unless that is being done. */
  async feel(session: Session): Promise<void> {
    if (this.#felt === session) return;
    this.#felt = session;
    try {
      await this.#timers.within(PONG_WITHIN_MS, session.ask({ type: 'ping' }));
    } catch {
      this.#lifeless(session);
    }
    if (this.#felt === session) this.#felt = undefined;
  }
}
