import type { RoomKey } from '../keys.ts';
import { byJoining } from '../seat-order.ts';
import type {
  LeaveRequest,
  Reading,
  ResumeRequest,
  RoomFacts,
  RoomSnapshot,
  Seat,
  SeatClaim,
} from '../ports/directory.ts';
import { latestEndMs, type Place, type Places, isLost } from './places.ts';

/** A room as it is kept. One call works on a copy, and what it does not keep has not happened. */
export interface RoomRecord {
  facts: RoomFacts;
  tag: string;
  /** Until when it is good with nobody there: a code's time, or always over. */
  goodUntilMs: number;
  /** The highest `joinedAt` there ever was. */
  lastJoinedAt: number;
  readonly seats: Places<Seat>;
}

export const roomEndMs = ({ goodUntilMs, seats }: RoomRecord) => Math.max(goodUntilMs, latestEndMs(seats));

export function emptyRoom(facts: RoomFacts, goodUntilMs = -Infinity): RoomRecord {
  return { facts: bareFacts(facts), tag: '', goodUntilMs, lastJoinedAt: 0, seats: new Map() };
}

/** The facts alone, whatever else the caller's object holds. */
export function bareFacts({ epoch, capacity, code, door }: RoomFacts): RoomFacts {
  return { epoch, capacity, code, ...(door && { door: [...door] }) };
}

/**
 * A copy without the seats that have lapsed; to a reading, also without those that were away for too long, and with those at
 * lost nodes away. All this is a change of its own.
 */
export function asFound(
  kept: RoomRecord,
  nowMs: number,
  reading: Reading | undefined,
  newTag: () => string,
): RoomRecord {
  const seats: Places<Seat> = new Map();
  let hasChanged = false;
  for (const [peer, place] of kept.seats) {
    const found = reading ? seenAway(place, nowMs, reading) : place;
    const stays = found.untilMs > nowMs && !(reading && isOver(found.holder, nowMs, reading));
    if (stays) seats.set(peer, found);
    hasChanged ||= !stays || found !== place;
  }
  return { ...kept, seats, tag: hasChanged ? newTag() : kept.tag };
}

function seenAway(place: Place<Seat>, nowMs: number, reading: Reading): Place<Seat> {
  const { holder } = place;
  if (holder.awayUntilMs !== undefined || !isLost(holder.node, place.untilMs, reading)) return place;
  return { ...place, holder: { ...holder, awayUntilMs: nowMs + reading.awayMs } };
}

const isOver = ({ awayUntilMs }: Seat, nowMs: number, { mercyUntilMs }: Reading) =>
  awayUntilMs !== undefined && Math.max(awayUntilMs, mercyUntilMs) <= nowMs;

/** The seat that a reference means, if it is there. */
export function meant(
  room: RoomRecord | undefined,
  { peer, fence, earlier }: LeaveRequest,
): Place<Seat> | undefined {
  const place = room?.seats.get(peer);
  const there = place?.holder.fence;
  if (there === undefined) return undefined;
  return (earlier ? there < fence : there === fence) ? place : undefined;
}

/** The same seat at a later session of its peer, which is here. */
export function seatOfLater(
  seat: Seat,
  { node, seat: { session, fence } }: Pick<ResumeRequest, 'node' | 'seat'>,
): Seat {
  const { awayUntilMs: _, ...rest } = seat;
  return { ...rest, node, session, fence };
}

/** The same seat, which says something else of itself. */
export function withMeta(seat: Seat, meta: SeatClaim['meta']): Seat {
  const { meta: _, ...rest } = seat;
  return { ...rest, ...(meta !== undefined && { meta }) };
}

export function snapshotOf(
  key: RoomKey,
  { facts, tag, goodUntilMs, seats }: RoomRecord,
  nowMs: number,
): RoomSnapshot {
  return {
    key,
    ...facts,
    tag,
    seats: [...seats.values()].map(({ holder }) => holder).toSorted(byJoining),
    ...(facts.code && { codeExpiresInMs: Math.max(0, Math.round(goodUntilMs - nowMs)) }),
  };
}
