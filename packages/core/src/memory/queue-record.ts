import type { NodeId, PeerId, RoomId } from '@parley/protocol';
import type { QueueKey } from '../keys.ts';
import type { FreshMatch, Match, OwnWaiter, Reading, Waiter, WaitersAssertion } from '../ports/directory.ts';
import { bareClaim, firstFree, latestEndMs, type Place, isLost } from './places.ts';

/** How long a complete match is remembered, so that the node of every member hears of it. */
const COMPLETE_MEMORY_MS = 30_000;

/**
 * A queue as it is kept. A waiter keeps its place while the match it stands in may still fail, so failing is no more than
 * forgetting the match; when it is complete, its members are waiters no more.
 */
export interface QueueRecord {
  /** The highest `since` there ever was. */
  lastSince: number;
  readonly waiters: Map<PeerId, WaiterPlace>;
  readonly matches: Map<string, MatchRecord>;
}

export interface WaiterPlace extends Place<Waiter> {
  /** Its peer is away, and stands in no match; until then it may come back for the place. */
  readonly isAway: boolean;
}

export interface MatchRecord {
  readonly id: string;
  readonly room: RoomId;
  readonly members: readonly Waiter[];
  readonly confirmed: Set<PeerId>;
  /** Incomplete: when it has failed. Complete: when it is forgotten. */
  endsAtMs: number;
  complete: boolean;
  /** Complete: members that have not taken a new place since. For them it is still the last word. */
  readonly standing: Set<PeerId>;
}

export const emptyQueue = (): QueueRecord => ({ lastSince: 0, waiters: new Map(), matches: new Map() });

export const queueEndMs = ({ waiters, matches }: QueueRecord) =>
  [...matches.values()].reduce((latestMs, match) => Math.max(latestMs, match.endsAtMs), latestEndMs(waiters));

/**
 * Settles what is overdue, then drops who has lapsed; who is at a lost node is away. Of a match that failed, who has not
 * confirmed loses the place, but for those `spokenFor`: their own node names them in this very call.
 */
export function settle(
  queue: QueueRecord,
  nowMs: number,
  spokenFor: readonly PeerId[],
  reading?: Reading,
): void {
  for (const { id, endsAtMs, complete, members, confirmed } of queue.matches.values()) {
    if (endsAtMs > nowMs) continue;
    queue.matches.delete(id);
    if (complete) continue;
    for (const { peer } of members)
      if (!confirmed.has(peer) && !spokenFor.includes(peer)) queue.waiters.delete(peer);
  }
  for (const place of queue.waiters.values()) {
    if (place.isAway) endWindow(queue, place, nowMs, reading);
    else if (place.untilMs <= nowMs) giveUp(queue, place.holder.peer);
    else if (reading && isLost(place.holder.node, place.untilMs, reading))
      goAway(queue, place, nowMs + reading.awayMs);
  }
}

/** Whether it was out of reach a while ago, the directory has only from a reading: without one, no window ends. */
function endWindow(queue: QueueRecord, place: WaiterPlace, nowMs: number, reading?: Reading): void {
  if (!reading) return;
  const untilMs = Math.max(place.untilMs, reading.mercyUntilMs);
  if (untilMs <= nowMs) giveUp(queue, place.holder.peer);
  else queue.waiters.set(place.holder.peer, { ...place, untilMs });
}

/** Gives the match up that it stands in, but not the place: until then it may come back. */
export function goAway(queue: QueueRecord, { holder }: WaiterPlace, untilMs: number): void {
  giveUpMatchOf(queue, holder.peer);
  queue.waiters.set(holder.peer, { holder, untilMs, isAway: true });
}

/** Gives a place up, and with it the match it stood in. */
export function giveUp(queue: QueueRecord, peer: PeerId): void {
  giveUpMatchOf(queue, peer);
  queue.waiters.delete(peer);
}

/** The others have their places back. */
function giveUpMatchOf(queue: QueueRecord, peer: PeerId): void {
  const match = runningMatchOf(queue, peer);
  if (match) queue.matches.delete(match.id);
}

export const runningMatchOf = (queue: QueueRecord, peer: PeerId) =>
  [...queue.matches.values()].find(
    ({ complete, members }) => !complete && members.some((member) => member.peer === peer),
  );

/** The complete match that is the last word for this claim to the peer. */
export const completeMatchOf = (queue: QueueRecord, { peer, fence }: Pick<Waiter, 'peer' | 'fence'>) =>
  [...queue.matches.values()].find(
    ({ standing, members }) =>
      standing.has(peer) && members.some((member) => member.peer === peer && member.fence === fence),
  );

/**
 * A waiter as its own node asserts it: extended where it is, put back where it was, or left out because a later word stands.
 * One that was away is here: its node was taken for lost, and was not.
 */
export function putBack(queue: QueueRecord, node: NodeId, own: OwnWaiter, untilMs: number): void {
  const there = queue.waiters.get(own.peer)?.holder;
  // An earlier place than the one it has now was given up since, and remembered by a directory that forgot that.
  if (there?.fence === own.fence && there.since >= own.since) {
    queue.waiters.set(own.peer, { holder: there, untilMs, isAway: false });
    return;
  }
  if ((there && there.fence > own.fence) || completeMatchOf(queue, own)) return;
  giveUp(queue, own.peer);
  const since = firstFree(
    own.since,
    [...queue.waiters.values()].map(({ holder }) => holder.since),
  );
  takePlace(queue, { ...bareClaim(own), node, since }, untilMs);
}

export function takePlace(queue: QueueRecord, holder: Waiter, untilMs: number): void {
  queue.lastSince = Math.max(queue.lastSince, holder.since);
  queue.waiters.set(holder.peer, { holder, untilMs, isAway: false });
  for (const { standing } of queue.matches.values()) standing.delete(holder.peer);
}

/** Makes matches of the first in the queue, as long as there are waiters and names for them. */
export function makeMatches(
  queue: QueueRecord,
  { size, fresh, confirmWithinMs }: WaitersAssertion,
  nowMs: number,
): void {
  const matched = new Set(
    [...queue.matches.values()]
      .filter((match) => !match.complete)
      .flatMap(({ members }) => members.map(({ peer }) => peer)),
  );
  const free = [...queue.waiters.values()]
    .filter(({ isAway }) => !isAway)
    .map(({ holder }) => holder)
    .filter(({ peer }) => !matched.has(peer))
    .toSorted((a, b) => a.since - b.since);
  for (const { id, room } of fresh.filter((names) => !queue.matches.has(names.id))) {
    if (free.length < size) return;
    queue.matches.set(id, matchOf({ id, room }, free.splice(0, size), nowMs + confirmWithinMs));
  }
}

const matchOf = (names: FreshMatch, members: readonly Waiter[], endsAtMs: number): MatchRecord => ({
  ...names,
  members,
  confirmed: new Set(),
  endsAtMs,
  complete: false,
  standing: new Set(),
});

/** Notes who stands by a match. With the last one it is complete, and its members leave the queue. */
export function confirmMembers(
  queue: QueueRecord,
  match: MatchRecord,
  peers: readonly PeerId[],
  nowMs: number,
): void {
  for (const { peer } of match.members) if (peers.includes(peer)) match.confirmed.add(peer);
  if (match.complete || match.confirmed.size < match.members.length) return;
  match.complete = true;
  match.endsAtMs = nowMs + COMPLETE_MEMORY_MS;
  for (const { peer } of match.members) {
    queue.waiters.delete(peer);
    match.standing.add(peer);
  }
}

export const describeMatch = (
  queue: QueueKey,
  { id, room, members, confirmed, complete }: MatchRecord,
): Match => ({
  id,
  queue,
  room,
  members: [...members],
  confirmed: members.map(({ peer }) => peer).filter((peer) => confirmed.has(peer)),
  complete,
});
