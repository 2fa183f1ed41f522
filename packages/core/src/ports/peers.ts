import type { InstanceId, NodeId, SessionId } from '@parley/protocol';
import type { Fence } from '../fence.ts';
import type { PeerKey } from '../keys.ts';

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
