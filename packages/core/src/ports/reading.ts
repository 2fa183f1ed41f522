import type { NodeId } from '@parley/protocol';

/** What who asks knows and the key that is asked cannot: other keys of the directory may be in other places. */
export interface Reading {
  /** Nodes known to have ended. Whoever is still said to be there is away, from the moment somebody looks. */
  readonly lost: readonly NodeId[];
  /** How long a peer may be away. */
  readonly awayMs: number;
  /** The directory was out of reach a while ago: no window ends before this time of the directory. 0: none does. */
  readonly mercyUntilMs: number;
}
