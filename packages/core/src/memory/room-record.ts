import type { NodeId } from '@parley/protocol';
import type { RoomKey } from '../keys.ts';
import { byJoining } from '../seat-order.ts';
import type { RoomFacts, RoomSnapshot, Seat } from '../ports/directory.ts';
import { hasEnded, latestEndMs, type Places } from './places.ts';

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

/** A copy without the seats that have lapsed or were at lost nodes; their going is a change of its own. */
export function withoutEnded(
  kept: RoomRecord,
  nowMs: number,
  lost: readonly NodeId[],
  newTag: () => string,
): RoomRecord {
  const seats: Places<Seat> = new Map([...kept.seats].filter(([, place]) => !hasEnded(place, nowMs, lost)));
  return { ...kept, seats, tag: seats.size < kept.seats.size ? newTag() : kept.tag };
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
