import type { Session } from './session.ts';
import type { Timers } from './timers.ts';

const PONG_WITHIN_MS = 10_000;

/**
 * Feels the pulse of a session whenever it has been quiet for so long, while it is in use or owes an answer: a page does not see the
 * pings of the node. No timer need be precise: a late one finds out later.
 *
 * @param isInUse whether somebody may call; a session that is of no use may be dead without anybody minding, and is left idle
 */
export function watchPulse(
  session: Session,
  everyMs: number,
  timers: Timers,
  isInUse: () => boolean,
  lifeless: (session: Session) => void,
): void {
  timers.after(everyMs, () => {
    if (session.isOver) return;
    if (session.quietMs >= everyMs && (session.isAsking || isInUse())) feelPulse(session, timers, lifeless);
    watchPulse(session, everyMs, timers, isInUse, lifeless);
  });
}

/** Finds out whether a session that looks alive is: a socket whose network is gone stays open for minutes. */
export function feelPulse(session: Session, timers: Timers, lifeless: (session: Session) => void): void {
  timers.within(PONG_WITHIN_MS, session.ask({ type: 'ping' })).catch(() => lifeless(session));
}
