/** The bounds that belong to the protocol itself. What a node may be configured with is told in `welcome.limits`. */

/** The most that `meta` may take, in bytes of its JSON text. */
export const MAX_META_BYTES = 1024;
/** The seats a room may have, and has if its first joiner does not say. */
export const CAPACITY = { min: 2, max: 64, defaultForCode: 2, defaultForName: 16 } as const;
/** The peers a match may bring together. */
export const MATCH_SIZE = { min: 2, max: 16, default: 2 } as const;
/** What is kept for one peer that is away, at most: signals, and bytes of their text as it would be sent. */
export const MAIL = { maxSignals: 64, maxBytes: 262_144 } as const;
/** The longest that a `match` may ask to wait: an hour. */
export const MAX_MATCH_TIMEOUT_MS = 3_600_000;
