import { type CloseName, CLOSES } from '@parley/protocol';
import type { LeaveReason } from './envelope.ts';
import type { Matchmaker } from './matchmaker.ts';
import type { SessionEnd } from './ports/metrics.ts';
import type { Presence } from './presence.ts';
import type { Rooms } from './rooms.ts';
import type { Session } from './session.ts';

/**
 * What becomes of the claim, the seats and the places of a session that has ended: `away`: they wait for its peer;
 * `handed-over`: a later session has them, or is about to; else they are free at once, for this reason.
 */
export type Parting = 'away' | 'handed-over' | LeaveReason;

/** By how it ended: whoever may come back by itself finds everything as it was. */
export function partingOf(end: SessionEnd): Parting {
  if (end === 'replaced') return 'handed-over';
  return mayComeBack(end) ? 'away' : (REASONS[end] ?? 'lost');
}

const mayComeBack = (end: SessionEnd) =>
  end === 'connection-lost' || CLOSES[end satisfies CloseName].reconnect !== 'never';

/** What the others are told of those who do not come back; of the rest that they were lost. */
const REASONS: Partial<Record<SessionEnd, LeaveReason>> = {
  normal: 'left',
  kicked: 'kicked',
  banned: 'kicked',
};

/** Gives back what a session held, or leaves it waiting. */
export function takeLeave(
  session: Session,
  parting: Parting,
  { rooms, matchmaker, presence }: { rooms: Rooms; matchmaker: Matchmaker; presence: Presence },
): void {
  for (const key of session.rooms) void rooms.part(session, key, parting);
  const waits = parting === 'away' || parting === 'handed-over';
  // A place in a queue is taken over when the later session asks for it, and waits until then.
  for (const key of session.queues)
    void (waits ? matchmaker.away(session, key) : matchmaker.leave(session, key));
  if (parting === 'away') void presence.away(session);
  else if (parting === 'handed-over') presence.forget(session);
  else void presence.release(session);
}
