import type {
  InstanceId,
  NodeId,
  PeerId,
  QueueName,
  Realm,
  RoomId,
  SessionId,
  UserId,
} from '@parley/protocol';
import type { Fence } from '../fence.ts';
import type { PeerKey, QueueKey, RoomKey } from '../keys.ts';
import type { Inbox } from './bus.ts';

/**
 * The directory could not be asked, or did not answer in time. **The outcome is unknown**: what was asked may have
 * happened, may happen until its `notAfterMs`, or never. Each method of the directory rejects with this and nothing else,
 * at the latest {@link DIRECTORY_TIMEOUT_MS} after the call.
 */
export class Unavailable extends Error {
  override name = 'Unavailable';
}

/** When a call to the directory is given up. Together with what it may wait for its turn, a client has its answer within 1 s. */
export const DIRECTORY_TIMEOUT_MS = 750;

/**
 * Which peer is on which node, who sits in which room, who waits in which queue; for the whole cluster.
 *
 * Rules that hold for every method:
 * - Every entry carries its own end (`until`), set `lifeMs` ahead by each assertion of its own node and by nobody else.
 *   What has lapsed is gone: every method drops it before it looks.
 * - All times are those of the directory's own clock, as {@link NodeTable.beat} teaches it.
 * - `notAfterMs`: a command that comes to be executed later than this does nothing, and answers `late` or rejects. So an
 *   outcome that was unknown is settled by then, and what undoes it can no longer be overtaken by it.
 * - Everything else is idempotent: asking again is always right.
 */
export interface Directory {
  readonly nodes: NodeTable;
  readonly peers: PeerDirectory;
  readonly rooms: RoomDirectory;
  readonly queues: QueueDirectory;
}

// Nodes ------------------------------------------------------------------------------------------------------------

export interface NodeRow {
  readonly node: NodeId;
  readonly inbox: Inbox;
  /** Version of the software. */
  readonly version: string;
  /** This node hears what is sent to its inbox. */
  readonly hears: boolean;
  /** Sessions per realm. */
  readonly sessions: Readonly<Record<Realm, number>>;
}

export interface KnownNode extends NodeRow {
  /** `lost`: it stopped beating. `gone`: it said goodbye. Both are remembered for three minutes. */
  readonly state: 'alive' | 'lost' | 'gone';
}

export interface BeatAnswer {
  /** The directory's time when it answered, in milliseconds. */
  readonly nowMs: number;
  /** Random, made with the table: another one means that the directory has lost its data. */
  readonly table: string;
  /** Rises with each beat of any node: one that is not above what was seen before means that the directory has forgotten. */
  readonly beats: number;
  /** Rises with each change of the bans. */
  readonly bansVersion: number;
  /** Every row, this node's own too. */
  readonly nodes: readonly KnownNode[];
}

/** Which nodes are alive. */
export interface NodeTable {
  /**
   * This node is alive for `lifeMs` more. When nobody has beaten for half that time, it was the directory that slept and
   * not the nodes: then every row that was alive is given a fresh life.
   */
  beat(row: NodeRow, lifeMs: number): Promise<BeatAnswer>;
  /** This node ends in an orderly way. */
  goodbye(node: NodeId): Promise<void>;
}

// Peers ------------------------------------------------------------------------------------------------------------

/** A session's claim to be the one that speaks for a peer. */
export interface PeerClaim {
  readonly key: PeerKey;
  readonly node: NodeId;
  readonly session: SessionId;
  readonly instance: InstanceId;
  /** Which of two claims is the later. */
  readonly fence: Fence;
  readonly lifeMs: number;
}

export type ClaimAnswer =
  | { readonly outcome: 'claimed'; readonly former?: PeerPlace }
  /** A later claim stands. */
  | { readonly outcome: 'superseded' };

export interface PeerPlace {
  readonly node: NodeId;
  readonly session: SessionId;
}

export interface PeerDirectory {
  /**
   * Claims, renews and repairs, all in one: an equal fence is extended, an absent or lower one replaced (`former` says
   * who was there, when that was another session), a higher one wins.
   */
  claim(claim: PeerClaim): Promise<ClaimAnswer>;
  /** Releases the claim if this fence still holds it, and for 60 s refuses every fence that is not later. */
  bye(key: PeerKey, fence: Fence): Promise<void>;
}

// Rooms ------------------------------------------------------------------------------------------------------------

/** What a node says of a seat that it asserts. */
export interface SeatClaim {
  readonly peer: PeerId;
  /** Absent with a credential that speaks for nobody in particular. */
  readonly user?: UserId;
  readonly instance: InstanceId;
  readonly session: SessionId;
  readonly fence: Fence;
  /** JSON text. */
  readonly meta?: string;
}

/** A peer's place in a room. */
export interface Seat extends SeatClaim {
  readonly node: NodeId;
  /** Orders the seats of a room; unique in it, never reused while the room lives; microseconds of the directory's time. */
  readonly joinedAt: number;
}

/** What belongs to a room for its whole life. */
export interface RoomFacts {
  /** Creation time and chance, so that two rooms of one name that came to be apart are told apart and ordered. */
  readonly epoch: string;
  readonly capacity: number;
  /** A minted code. */
  readonly code: boolean;
  /** Who may come in; absent: whoever is allowed to join. */
  readonly door?: readonly PeerId[];
}

export interface RoomSnapshot extends RoomFacts {
  readonly key: RoomKey;
  /** Random, new with every change. */
  readonly tag: string;
  /** By `joinedAt`. */
  readonly seats: readonly Seat[];
  /** A code: how long it is still good while nobody is there. */
  readonly codeExpiresInMs?: number;
}

/**
 * A room before and after: `from` is the tag just before this change, `''` when there was no room; equal to the new tag when
 * nothing changed. Dropping what had lapsed, or stood at a lost node, is a change of its own with a tag of its own: then
 * nobody is at `from`, and everybody reads again. (Only `assert`, which tells nobody what changed, gives the tag that was
 * before everything.)
 */
export interface RoomChange {
  readonly from: string;
  readonly room: RoomSnapshot;
}

export interface JoinRequest {
  readonly key: RoomKey;
  readonly node: NodeId;
  readonly seat: SeatClaim;
  /** Capacity, if this creates the room. */
  readonly capacity: number;
  /** `may-create` joins or creates, `must-exist` only joins, `must-be-new` only creates. */
  readonly mode: 'may-create' | 'must-exist' | 'must-be-new';
  /** With `must-be-new`: a code that stays good this long even with nobody there. */
  readonly codeLifeMs?: number;
  /** If this creates the room: who may come in. If it exists, its own door counts. */
  readonly door?: readonly PeerId[];
  readonly lifeMs: number;
  /** Nodes known to be lost: their seats go first. */
  readonly lost: readonly NodeId[];
  readonly notAfterMs: number;
}

export type JoinAnswer =
  /** Also when the seat was there already: then `from` equals the tag. */
  | ({ readonly outcome: 'joined' } & RoomChange)
  | { readonly outcome: 'full' | 'absent' | 'taken' | 'late' | 'superseded' | 'not-at-the-door' };

export interface SeatRef {
  readonly key: RoomKey;
  readonly peer: PeerId;
  /** Acts only on the seat of this fence: an old end never erases a new claim. */
  readonly fence: Fence;
}

export type SeatAnswer = ({ readonly outcome: 'changed' } & RoomChange) | { readonly outcome: 'absent' };

/** A seat as its own node holds it, to be put back as it was. */
export type OwnSeat = SeatClaim & { readonly joinedAt: number };

export interface SeatsAssertion {
  readonly key: RoomKey;
  readonly facts: RoomFacts;
  readonly node: NodeId;
  /** Every seat this node holds in this room. */
  readonly seats: readonly OwnSeat[];
  /** A code: how long it is still good with nobody there, in case the room has to be put back. */
  readonly codeLifeMs?: number;
  readonly lifeMs: number;
  readonly lost: readonly NodeId[];
  readonly notAfterMs: number;
}

export interface AssertAnswer extends RoomChange {
  /** Not seated: the room of this name is another one by now and full, or a later fence sits there. */
  readonly refused: readonly PeerId[];
}

export interface RoomDirectory {
  join(request: JoinRequest): Promise<JoinAnswer>;
  leave(seat: SeatRef): Promise<SeatAnswer>;
  update(seat: SeatRef, meta: string | undefined): Promise<SeatAnswer>;
  /**
   * Says what this node's seats in a room are, and hears what the room is. Renewal, repair and reading again are this one
   * call: own seats are extended or put back (within their epoch never refused for capacity), seats that claim to be at
   * this node and are not among them go, and so do those at lost nodes. Of two epochs the older one is the room.
   */
  assert(assertion: SeatsAssertion): Promise<AssertAnswer>;
}

// Queues -----------------------------------------------------------------------------------------------------------

export interface WaiterClaim {
  readonly peer: PeerId;
  /** Absent with a credential that speaks for nobody in particular. */
  readonly user?: UserId;
  readonly instance: InstanceId;
  readonly session: SessionId;
  readonly fence: Fence;
  readonly meta?: string;
}

/** A peer's place in a queue. */
export interface Waiter extends WaiterClaim {
  readonly node: NodeId;
  /** Its place: lower is earlier. Kept when it is put back. Unique in the queue. */
  readonly since: number;
}

export type OwnWaiter = WaiterClaim & { readonly since: number };

/** Some waiters that may become a room. */
export interface Match {
  readonly id: string;
  readonly queue: QueueKey;
  readonly room: RoomId;
  readonly members: readonly Waiter[];
  readonly confirmed: readonly PeerId[];
  /** All have confirmed: it is a fact now, and everybody joins. */
  readonly complete: boolean;
}

/** Fresh names for a match that this call may make. */
export interface FreshMatch {
  readonly id: string;
  readonly room: RoomId;
}

export interface WaitersAssertion {
  readonly key: QueueKey;
  readonly size: number;
  readonly node: NodeId;
  readonly lifeMs: number;
  /** How long a match may wait for its members to confirm. */
  readonly confirmWithinMs: number;
  readonly lost: readonly NodeId[];
  /** Names for the matches that may be made; as many at the most. */
  readonly fresh: readonly FreshMatch[];
  readonly notAfterMs: number;
}

export interface EnqueueRequest extends WaitersAssertion {
  readonly waiter: WaiterClaim;
}

export type EnqueueAnswer =
  /** `match`: the one this peer is in already, from now or from before. */
  | { readonly outcome: 'waiting'; readonly since: number; readonly match?: Match }
  | { readonly outcome: 'late' | 'superseded' };

export interface WaiterRef {
  readonly key: QueueKey;
  readonly peer: PeerId;
  readonly fence: Fence;
}

export interface AssertWaitersRequest extends WaitersAssertion {
  /** Every waiter of this node in this queue, those that are in a match too. */
  readonly waiters: readonly OwnWaiter[];
}

export interface QueueDirectory {
  /** Takes a place, and makes a match when there are enough. A peer that is there already keeps its place. */
  enqueue(request: EnqueueRequest): Promise<EnqueueAnswer>;
  /**
   * Gives the place up. `left`: it was given up, and if it stood in a match that was not complete, the others have their
   * old places back. `matched`: too late, the match is complete. `absent`: it did not wait.
   */
  unmatch(waiter: WaiterRef): Promise<'left' | 'matched' | 'absent'>;
  /** These members of a match stand by it. `undefined`: that match is no more. */
  confirm(key: QueueKey, match: string, peers: readonly PeerId[]): Promise<Match | undefined>;
  /**
   * Renews this node's waiters, puts back those that are missing at their old place, removes those that claim to be at
   * this node and are not; settles what is overdue (a match not complete in time: those who confirmed go back to their old
   * place, the others are dropped unless they are asserted here); makes matches where there are enough. Returns every
   * match that has one of this node's waiters in it.
   */
  assert(request: AssertWaitersRequest): Promise<readonly Match[]>;
}

export type { PeerKey, QueueKey, QueueName, RoomKey };
