import { type CloseName, CLOSES } from '@parley/protocol';
import type { LeaveReason } from './envelope.ts';
import type { Matchmaker } from './matchmaker.ts';
import type { SessionEnd } from './ports/metrics.ts';
import type { Presence } from './presence.ts';
import type { Rooms } from './rooms.ts';
import type { Session } from './session.ts';

interface Parts {
  readonly rooms: Rooms;
  readonly matchmaker: Matchmaker;
  readonly presence: Presence;
}

/** What becomes of the claim, the seats and the places of a session that has ended. */
export type Farewell = (session: Session, parts: Parts) => void;

/** By how it ended: whoever may come back by itself finds everything as it was. */
export function farewellOf(end: SessionEnd): Farewell {
  if (end === 'replaced') return handOver;
  return mayComeBack(end) ? putAway : release(REASONS[end] ?? 'lost');
}

const mayComeBack = (end: SessionEnd) =>
  end === 'connection-lost' || CLOSES[end satisfies CloseName].reconnect !== 'never';

/** Everything waits for it, for a while. */
const putAway: Farewell = (session, { rooms, matchmaker, presence }) => {
  for (const key of session.rooms.keys()) void rooms.away(session, key);
  for (const key of session.queues) void matchmaker.away(session, key);
  void presence.away(session);
};

/** It is the later session's by now, but for the place in a queue, which that one takes over when it asks for it. */
const handOver: Farewell = (session, { rooms, matchmaker, presence }) => {
  for (const key of session.rooms.keys()) rooms.handOver(session, key);
  for (const key of session.queues) void matchmaker.away(session, key);
  presence.forget(session);
};

/** Everything is free at once. */
const release =
  (reason: LeaveReason): Farewell =>
  (session, { rooms, matchmaker, presence }) => {
    for (const key of session.rooms.keys()) void rooms.leave(session, key, reason);
    for (const key of session.queues) void matchmaker.leave(session, key);
    void presence.release(session);
  };

/** What the others are told of those who do not come back; of the rest that they were lost. */
const REASONS: Partial<Record<SessionEnd, LeaveReason>> = {
  normal: 'left',
  kicked: 'kicked',
  banned: 'kicked',
};
