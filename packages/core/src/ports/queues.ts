import type { NodeId, PeerId, RoomId } from '@parley/protocol';
import type { Fence } from '../fence.ts';
import type { QueueKey } from '../keys.ts';
import type { Reading } from './reading.ts';
import type { SeatClaim } from './rooms.ts';

/** What a node says of a place that it asserts: what it says of a seat. */
export type WaiterClaim = SeatClaim;

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
  readonly reading: Reading;
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
  /**
   * Takes a place, and makes a match when there are enough. A peer that is there already keeps its place, and so does one that
   * was away: an earlier session of the same instance.
   */
  enqueue(request: EnqueueRequest): Promise<EnqueueAnswer>;
  /**
   * Gives the place up. `left`: it was given up, and if it stood in a match that was not complete, the others have their
   * old places back. `matched`: too late, the match is complete. `absent`: it did not wait.
   */
  unmatch(waiter: WaiterRef): Promise<'left' | 'matched' | 'absent'>;
  /**
   * The peer went away: it loses its turn at once (a match that is not complete is given up, and the others have their old
   * places back) and is matched with nobody, but its place is kept for `awayMs`, for when it enqueues again. Answers as `unmatch`.
   */
  away(waiter: WaiterRef, awayMs: number): Promise<'left' | 'matched' | 'absent'>;
  /** These members of a match stand by it. `undefined`: that match is no more. */
  confirm(key: QueueKey, match: string, peers: readonly PeerId[]): Promise<Match | undefined>;
  /**
   * Renews this node's waiters, puts back those that are missing at their old place, removes those that claim to be at
   * this node and are not, but for those that are away; settles what is overdue (a match not complete in time: those who
   * confirmed go back to their old place, the others are dropped unless they are asserted here); makes matches where there
   * are enough. Returns every match that has one of this node's waiters in it.
   */
  assert(request: AssertWaitersRequest): Promise<readonly Match[]>;
}
