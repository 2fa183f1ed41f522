import type { InstanceId, NodeId, RoomId, SessionId, UserId } from '@parley/protocol';
import type { Fence } from '../fence.ts';
import type { PeerKey } from '../keys.ts';
import type { Reading } from './reading.ts';

/** SHA-256 of a resume secret in hex: enough to know the secret again, and nothing that lets anybody in. */
export type SecretHash = string & { readonly __brand: 'SecretHash' };

/** What a session says of the peer that it speaks for. */
interface PeerStatement {
  readonly key: PeerKey;
  readonly node: NodeId;
  readonly session: SessionId;
  /** Which of two sessions is the later. */
  readonly fence: Fence;
  /** Absent with a credential that speaks for nobody in particular. */
  readonly user?: UserId;
  readonly lifeMs: number;
}

/** A session's claim to be the one that speaks for a peer, made when it connects. */
export interface PeerClaim extends PeerStatement {
  /** For a new life of the peer; one that is continued keeps its own. */
  readonly instance: InstanceId;
  /** The secret that this session is given: with it the peer comes back the next time. */
  readonly offered: SecretHash;
  /** Proof of an earlier session: to continue it, or to start anew in its place. */
  readonly comeback?: { readonly as: 'resume' | 'restart'; readonly presented: SecretHash };
  /** The credential names this very peer, which is reason enough to start anew in its place, but never to continue it. */
  readonly isFixed: boolean;
  readonly reading: Reading;
  readonly notAfterMs: number;
}

export type ClaimAnswer =
  /** A new life. `former`: whose place it takes, and where that one may still have seats, whether it was here or away. */
  | { readonly outcome: 'claimed'; readonly former?: FormerPeer }
  /**
   * The life goes on: same instance, these rooms (all that it has seats in, and perhaps some that it has left), and what was
   * kept for it, in order. `former`: who spoke for it, if that one may not know that it is over.
   */
  | {
      readonly outcome: 'resumed';
      readonly instance: InstanceId;
      readonly rooms: readonly RoomId[];
      readonly mail: readonly KeptSignal[];
      readonly former?: PeerPlace;
    }
  /** There is nothing to come back to, or not with this secret, and nothing else gives a right to this peer. Nothing has changed. */
  | { readonly outcome: 'unproven' }
  /** A later claim stands. */
  | { readonly outcome: 'superseded' }
  | { readonly outcome: 'late' };

export interface PeerPlace {
  readonly node: NodeId;
  readonly session: SessionId;
}

export interface FormerPeer extends PeerPlace {
  readonly instance: InstanceId;
  readonly rooms: readonly RoomId[];
}

/** A signal from the mail, as it was put there. */
export interface KeptSignal {
  readonly text: string;
  /** How often it was handed to a session before that never said a word. */
  readonly mailed: number;
}

/** Everything that a node knows of a peer of its own, so that a directory that forgot it has it again. */
export interface PeerAssertion extends PeerStatement {
  readonly instance: InstanceId;
  readonly rooms: readonly RoomId[];
  /** The secret that was presented last and is good until the session is confirmed; the same as `offered` if there is none. */
  readonly proven: SecretHash;
  readonly offered: SecretHash;
}

export type AssertPeerAnswer =
  | 'asserted'
  /** The directory did not have it. */
  | 'restored'
  /** A later claim stands, or its own goodbye. */
  | 'superseded'
  /**
   * Its node was taken for lost, and its window is not over: signals wait that this session has not been handed and that only a
   * claim hands over. Nothing has changed: it is away until it comes back.
   */
  | 'mail-waits';

/** A signal for a peer that may be away. */
export interface PutRequest {
  readonly key: PeerKey;
  /** For this life of the peer and no other. */
  readonly instance: InstanceId;
  /** The final text for the receiving socket. */
  readonly text: string;
  readonly reading: Reading;
  readonly notAfterMs: number;
}

export type PutAnswer =
  /** It waits for the peer, at most so long. */
  | { readonly outcome: 'kept'; readonly forMs: number }
  /** The peer is not away: there it is. Nothing was kept. */
  | ({ readonly outcome: 'here' } & PeerPlace)
  /** Its mail is full: `MAIL` of the protocol says when. */
  | { readonly outcome: 'full' }
  /** There is no such life of this peer, or none any more. */
  | { readonly outcome: 'gone' }
  /** `notAfterMs` had passed; nothing was kept. */
  | { readonly outcome: 'late' };

/**
 * Where each peer is: here, at a node, or away, and then for how long still.
 *
 * The later fence wins, in whatever order claims arrive. A peer that is away keeps its life until its window has ended, by
 * the directory's clock and not before {@link Reading.mercyUntilMs}; then it is as if it had never been.
 */
export interface PeerDirectory {
  /**
   * A session begins. A secret that is proven or offered, of the same user, continues the peer, be it away or here; then the
   * secret presented is the proven one until {@link confirm}, so that a welcome that never arrives costs nobody the way back.
   */
  claim(claim: PeerClaim): Promise<ClaimAnswer>;
  /** The session of this fence was heard: its secret is the only one from now on, and the mail handed to it is delivered. */
  confirm(key: PeerKey, fence: Fence): Promise<void>;
  /** Renews and repairs: the peer is here, also if it was found to be away. */
  assert(assertion: PeerAssertion, reading: Reading, notAfterMs: number): Promise<AssertPeerAnswer>;
  /** The session ended without a goodbye: the peer is away for `awayMs` from now, or from when this was said first. */
  away(assertion: PeerAssertion, awayMs: number): Promise<'away' | 'superseded'>;
  /** The claim of this fence came to nothing. If it stands all the same, its peer is away, as {@link away} says it. */
  abandon(key: PeerKey, fence: Fence, awayMs: number): Promise<void>;
  /** Keeps a signal for a peer that is away; of one whose node is lost, it finds that it is. Never to be repeated. */
  put(request: PutRequest): Promise<PutAnswer>;
  /** Releases the claim and the mail if this fence still holds it, and for 60 s refuses every fence that is not later. */
  bye(key: PeerKey, fence: Fence): Promise<void>;
}
