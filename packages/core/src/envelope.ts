import type { InstanceId, PeerId, SessionId } from '@parley/protocol';
import type { Fence } from './fence.ts';
import type { PeerKey, RoomKey } from './keys.ts';
import type { Match, Seat } from './ports/directory.ts';

/** What one node says to another. */
export type Envelope =
  | SignalEnvelope
  | RoomEnvelope
  | MatchEnvelope
  | ReplacedEnvelope
  | KickEnvelope
  | ReceiptEnvelope
  | ProbeEnvelope;

/**
 * Numbered: the place in the stream from this source to this destination, without gaps; where it begins
 * is for the source to say, but later than all that it has sent before. The receiver handles a
 * stream in order and answers with a receipt; a jump in the numbers is a loss.
 */
interface Numbered {
  readonly n: number;
  /** The directory's time at which it left. What is older than two seconds is not delivered any more. */
  readonly sentAtMs: number;
}

/** A signal on its way to one session. */
export interface SignalEnvelope extends Numbered {
  readonly kind: 'signal';
  readonly room: RoomKey;
  readonly from: PeerId;
  readonly fromSession: SessionId;
  readonly to: PeerId;
  readonly toSession: SessionId;
  /** The final text for the receiving socket. A far node has it as bytes and forwards them unread. */
  readonly text: string | Uint8Array;
}

export type LeaveReason = 'left' | 'lost' | 'replaced' | 'kicked';

/** What happened in a room. */
export type RoomEvent =
  | { readonly kind: 'joined' | 'updated' | 'away' | 'back'; readonly seat: Seat }
  | {
      readonly kind: 'left';
      readonly peer: PeerId;
      readonly instance: InstanceId;
      readonly reason: LeaveReason;
    }
  /** More than one thing, or nobody knows what: read again. */
  | { readonly kind: 'changed' };

/** A room went from one tag to another. Whoever is not at `from` reads again. */
export interface RoomEnvelope extends Numbered {
  readonly kind: 'room';
  readonly room: RoomKey;
  readonly from: string;
  readonly tag: string;
  readonly event: RoomEvent;
}

/** A match was made or completed with waiters of the receiving node in it. Lost ones are found by the next renewal. */
export interface MatchEnvelope {
  readonly kind: 'match';
  readonly match: Match;
}

/** A later claim has taken this session's peer. */
export interface ReplacedEnvelope {
  readonly kind: 'replaced';
  readonly peer: PeerKey;
  readonly session: SessionId;
  readonly by: Fence;
}

/** An operator ends a session: its id, or the pseudonym of it. Who does not have it does nothing. */
export interface KickEnvelope {
  readonly kind: 'kick';
  readonly session: string;
}

export type Refusal =
  /** No such session: certainly not delivered, but the peer may be somewhere else, or away. */
  | 'gone'
  /** The session is there, but it or the sender is not in that room. */
  | 'not-in-room'
  /** Never arrived: the numbers jumped. Certainly not delivered: a number that was passed is never handled later. */
  | 'missed'
  /** Arrived too late to be delivered. */
  | 'stale'
  /** The socket did not take it. */
  | 'dropped';

/**
 * What became of a stretch of the other's stream: of the numbers after `after`, up to `upTo`. A receipt that is lost leaves
 * its stretch unknown; the next one does not speak for it.
 */
export interface ReceiptEnvelope {
  readonly kind: 'receipt';
  readonly after: number;
  /** Everything in the stretch was delivered, but for what the next two lists name. */
  readonly upTo: number;
  /** Not delivered, first and last number of each stretch. */
  readonly refused: readonly (readonly [first: number, last: number, why: Refusal])[];
  /** Not yet known; a later receipt names each in `settled` or `refused`. */
  readonly open: readonly number[];
  /** Delivered now, from an earlier receipt's `open`. */
  readonly settled: readonly number[];
}

/** A node's question to itself whether its inbox is heard. */
export interface ProbeEnvelope {
  readonly kind: 'probe';
  readonly token: string;
}
