import type {
  NodeId,
  PeerId,
  QueueName,
  Realm,
  RoomId,
  SessionId,
  UserId,
  InstanceId,
} from '@parley/protocol';
import { fenceOf, type Fence } from '../fence.ts';
import { queueKey, roomKey } from '../keys.ts';
import type { Inbox } from '../ports/bus.ts';
import type {
  AssertWaitersRequest,
  Directory,
  EnqueueRequest,
  JoinAnswer,
  JoinRequest,
  Match,
  NodeRow,
  OwnSeat,
  OwnWaiter,
  Reading,
  RoomFacts,
  RoomSnapshot,
  SeatAnswer,
  SeatClaim,
  SeatsAssertion,
} from '../ports/directory.ts';

export const REALM = 'main' as Realm;
export const ROOM = roomKey(REALM, 'stage' as RoomId);
/** Two at a time, and three. */
export const PAIRS = queueKey(REALM, 2, 'chess' as QueueName);
export const TRIOS = queueKey(REALM, 3, 'skat' as QueueName);

export const NODE_1 = 'node-1' as NodeId;
export const NODE_2 = 'node-2' as NodeId;
export const NODE_3 = 'node-3' as NodeId;

/** Longer than any test. */
export const LONG_MS = 60_000;
/** A life to be outlived: real directories really wait for it. */
export const SHORT_MS = 400;
/** Certainly longer than {@link SHORT_MS}. */
export const LONGER_MS = 480;
/** A reading by a node that knows of no lost node, where peers may be away for longer than any test. */
export const readingOf = (more: Partial<Reading> = {}): Reading => ({
  lostUntilMs: Infinity,
  lost: [],
  awayMs: LONG_MS,
  mercyUntilMs: 0,
  ...more,
});

/** Later than any directory's time. */
export const FAR_MS = 9_999_999_999_999;

/** Before and after the epoch of every room that a directory makes. */
export const OLDEST_EPOCH = '0000000000000.0000000000000000';
export const NEWEST_EPOCH = '9999999999999.ffffffffffffffff';

export const asPeer = (name: string) => name as PeerId;
export const sessionOf = (peer: string, at = 1) => `${peer}-${at}` as SessionId;
/** The fence of a peer's session that was opened `at`: more is later. */
export const fenceAt = (peer: string, at = 1): Fence => fenceOf(at, sessionOf(peer, at));

export function rowOf(node: NodeId, more: Partial<NodeRow> = {}): NodeRow {
  return { node, inbox: `inbox-of-${node}` as Inbox, version: '1.0.0', hears: true, sessions: {}, ...more };
}

/** What a node says of a peer in a room or in a queue: both take the same. */
export function claimOf(peer: string, { at = 1, meta }: { at?: number; meta?: string } = {}): SeatClaim {
  const session = sessionOf(peer, at);
  return {
    peer: asPeer(peer),
    user: `user-of-${peer}` as UserId,
    instance: `instance-of-${session}` as InstanceId,
    session,
    fence: fenceOf(at, session),
    ...(meta === undefined ? {} : { meta }),
  };
}

// Rooms ------------------------------------------------------------------------------------------------------------

/** A join of `peer` at node 1 that may create a room for two. */
export function joinOf(
  peer: string,
  more: Partial<JoinRequest> & { at?: number; meta?: string } = {},
): JoinRequest {
  const { at, meta, ...rest } = more;
  const seat = claimOf(peer, {
    ...(at === undefined ? {} : { at }),
    ...(meta === undefined ? {} : { meta }),
  });
  return {
    key: ROOM,
    node: NODE_1,
    seat,
    capacity: 2,
    mode: 'may-create',
    lifeMs: LONG_MS,
    reading: readingOf(),
    notAfterMs: FAR_MS,
    ...rest,
  };
}

export const refOf = (peer: string, at = 1) => ({ key: ROOM, peer: asPeer(peer), fence: fenceAt(peer, at) });

export const factsOf = (more: Partial<RoomFacts> = {}): RoomFacts => ({
  epoch: NEWEST_EPOCH,
  capacity: 2,
  code: false,
  ...more,
});

export const ownSeat = (
  peer: string,
  joinedAt: number,
  more: { at?: number; meta?: string } = {},
): OwnSeat => ({
  ...claimOf(peer, more),
  joinedAt,
});

/** An assertion of `seats` by node 1. */
export function assertionOf(seats: readonly OwnSeat[], more: Partial<SeatsAssertion> = {}): SeatsAssertion {
  return {
    key: ROOM,
    facts: factsOf(),
    node: NODE_1,
    seats,
    lifeMs: LONG_MS,
    reading: readingOf(),
    notAfterMs: FAR_MS,
    ...more,
  };
}

/** Joins, and fails the test when that is refused. */
export async function join(directory: Directory, peer: string, more: Parameters<typeof joinOf>[1] = {}) {
  return joined(await directory.rooms.join(joinOf(peer, more)));
}

export function joined(answer: JoinAnswer) {
  if (answer.outcome !== 'joined') throw new Error(`expected to join, but: ${answer.outcome}`);
  return answer;
}

export function changed(answer: SeatAnswer) {
  if (answer.outcome !== 'changed') throw new Error(`expected a change, but: ${answer.outcome}`);
  return answer;
}

/** The room as a node reads it that has nobody in it: an assertion of no seats, which claims nothing. */
export async function look(directory: Directory): Promise<RoomSnapshot> {
  const onlooker = { node: 'onlooker' as NodeId, facts: factsOf() };
  return (await directory.rooms.assert(assertionOf([], onlooker))).room;
}

export const peersIn = (room: RoomSnapshot) => room.seats.map((seat) => seat.peer);

export function seatIn(room: RoomSnapshot, peer: string) {
  const seat = room.seats.find((each) => each.peer === peer);
  if (!seat) throw new Error(`${peer} does not sit in ${room.key}`);
  return seat;
}

// Queues -----------------------------------------------------------------------------------------------------------

/** Names for matches: `m1` with room `r1`, and so on. */
export const freshNames = (...numbers: number[]) =>
  numbers.map((n) => ({ id: `m${n}`, room: `r${n}` as RoomId }));

const inPairs = {
  key: PAIRS,
  size: 2,
  node: NODE_1,
  lifeMs: LONG_MS,
  confirmWithinMs: LONG_MS,
  reading: readingOf(),
  fresh: freshNames(1),
  notAfterMs: FAR_MS,
};

/** A place for `peer`, at node 1, in the queue of pairs, with names for one match: `m1`. */
export function enqueueOf(
  peer: string,
  more: Partial<EnqueueRequest> & { at?: number } = {},
): EnqueueRequest {
  const { at = 1, ...rest } = more;
  return { ...inPairs, waiter: claimOf(peer, { at }), ...rest };
}

/** An assertion of `waiters` by node 1 in the queue of pairs, with names for one match: `m1`. */
export function waitersOf(
  waiters: readonly OwnWaiter[],
  more: Partial<AssertWaitersRequest> = {},
): AssertWaitersRequest {
  return { ...inPairs, waiters, ...more };
}

export const ownWaiter = (peer: string, since: number, at = 1): OwnWaiter => ({
  ...claimOf(peer, { at }),
  since,
});

/** What a later session says that continues the first one: the peer came back. */
export const claimOnReturn = (peer: string, at = 2): SeatClaim => ({
  ...claimOf(peer, { at }),
  instance: claimOf(peer).instance,
});

/** Takes a place, and fails the test when that is refused. */
export async function enqueue(
  directory: Directory,
  peer: string,
  more: Parameters<typeof enqueueOf>[1] = {},
) {
  const answer = await directory.queues.enqueue(enqueueOf(peer, more));
  if (answer.outcome !== 'waiting') throw new Error(`expected a place, but: ${answer.outcome}`);
  return answer;
}

export const waiterRef = (peer: string, at = 1, key = PAIRS) => ({
  key,
  peer: asPeer(peer),
  fence: fenceAt(peer, at),
});

export const membersOf = (match: Match | undefined) => match?.members.map((member) => member.peer);
