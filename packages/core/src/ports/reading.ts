import type { NodeId } from '@parley/protocol';

/** What who asks knows and the key that is asked cannot: other keys of the directory may be in other places. */
export interface Reading {
  /** Nodes known to have ended. Whoever is still said to be there is away, from the moment somebody looks. */
  readonly lost: readonly NodeId[];
  /** That was known at a time at which entries were asserted until this one: whoever has a later end has been heard of since. */
  readonly lostUntilMs: number;
  /** How long a peer may be away. */
  readonly awayMs: number;
  /** The directory was out of reach a while ago: no window ends before this time of the directory. 0: none does. */
  readonly mercyUntilMs: number;
}
