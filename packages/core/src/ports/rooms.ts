import type { InstanceId, NodeId, PeerId, SessionId, UserId } from '@parley/protocol';
import type { Fence } from '../fence.ts';
import type { RoomKey } from '../keys.ts';
import type { Reading } from './reading.ts';

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
  /**
   * Orders the seats of a room, see {@link byJoining}: microseconds of the directory's time when it was taken. No two joins of a
   * room have the same; a seat that is put back keeps its own.
   */
  readonly joinedAt: number;
  /** Its peer is away, until this time of the directory at the latest. Absent: it is here. */
  readonly awayUntilMs?: number;
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
 * nothing changed. Dropping what had lapsed or was away for too long, and finding that a seat at a lost node is away, is a
 * change of its own with a tag of its own: then nobody is at `from`, and everybody reads again. (Only `assert`, which tells nobody what changed, gives the tag that was
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
  readonly reading: Reading;
  readonly notAfterMs: number;
}

export type JoinAnswer =
  /** Also when the seat was there already: then `from` equals the tag. The seat of an earlier session of this instance is kept. */
  | ({ readonly outcome: 'joined' } & RoomChange)
  | { readonly outcome: 'full' | 'absent' | 'taken' | 'late' | 'superseded' | 'not-at-the-door' };

export interface SeatRef {
  readonly key: RoomKey;
  readonly peer: PeerId;
  /** Acts only on the seat of this fence: an old end never erases a new claim. */
  readonly fence: Fence;
}

export interface LeaveRequest extends SeatRef {
  /** Of a later claim: acts on the seat of any earlier fence, and not of its own. */
  readonly earlier?: boolean;
}

/** A session continues an earlier one, and with it a seat. */
export interface ResumeRequest {
  readonly key: RoomKey;
  readonly node: NodeId;
  readonly seat: Pick<SeatClaim, 'peer' | 'instance' | 'session' | 'fence'>;
  readonly lifeMs: number;
  readonly reading: Reading;
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
  /** Peers of this node whose seats are about to be given back or left waiting: they stay as they are. */
  readonly spared?: readonly PeerId[];
  /** A code: how long it is still good with nobody there, in case the room has to be put back. */
  readonly codeLifeMs?: number;
  readonly lifeMs: number;
  readonly reading: Reading;
  readonly notAfterMs: number;
}

export interface AssertAnswer extends RoomChange {
  /** Not seated: the room of this name is another one by now and full, or a later fence sits there. */
  readonly refused: readonly PeerId[];
}

export interface RoomDirectory {
  join(request: JoinRequest): Promise<JoinAnswer>;
  leave(request: LeaveRequest): Promise<SeatAnswer>;
  update(seat: SeatRef, meta: string | undefined): Promise<SeatAnswer>;
  /** The seat of this fence waits for its peer, `awayMs` from now, or from when that was said first; it lives for `lifeMs`. */
  away(seat: SeatRef, awayMs: number, lifeMs: number): Promise<SeatAnswer>;
  /**
   * A seat of the same instance and an earlier fence, be it away or here, is this session's from now on; its place, user and
   * meta stay. `absent`: there is none, or a later session has it.
   */
  resume(request: ResumeRequest): Promise<SeatAnswer>;
  /**
   * Says what this node's seats in a room are, and hears what the room is. Renewal, repair and reading again are this one
   * call: own seats are extended or put back (within their epoch never refused for capacity), seats that claim to be at
   * this node and are not among them go, but for those that are away. Of two epochs the older one is the room.
   */
  assert(assertion: SeatsAssertion): Promise<AssertAnswer>;
}
