import type { Fence, SeatClaim } from '@parley/core';
import type { InstanceId, NodeId, PeerId, SessionId, UserId } from '@parley/protocol';

/** How many words of a seat's line are the scripts' own: `1 until at away fence node` (see `keys.ts`). */
export const SEAT_WORDS = 6;

/** Likewise of a waiter's: `1 until at away fence node match confirmed`. */
export const WAITER_WORDS = 8;

/**
 * What scripts pass on unread about a seat or a waiter: session, instance, user (perhaps empty) and meta. No id holds a
 * space, and meta, which is JSON text and may, stands last.
 */
export function claimWords({ session, instance, user, meta = '' }: SeatClaim): string {
  return `${session} ${instance} ${user ?? ''} ${meta}`;
}

export interface Entry {
  readonly claim: SeatClaim & { readonly node: NodeId };
  /** When the seat or the place was taken, in microseconds. */
  readonly at: number;
  /** The scripts' own words, and then those of the claim. */
  readonly words: readonly string[];
}

/** Reads the line of a seat or a waiter: so many words of the scripts, then {@link claimWords}. */
export function readEntry(peer: PeerId, line: string, ownWords: number): Entry {
  const words = line.split(' ', ownWords + 3);
  const [session, instance, user] = words.slice(ownWords);
  const meta = line.slice(words.reduce((end, word) => end + word.length + 1, 0));
  const claim = {
    peer,
    instance: instance as InstanceId,
    session: session as SessionId,
    fence: words[4] as Fence,
    node: words[5] as NodeId,
    ...(user && { user: user as UserId }),
    ...(meta && { meta }),
  };
  return { claim, at: Number(words[2]), words };
}
