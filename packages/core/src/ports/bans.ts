/** What can be kept out. A ban of a `user` or a `peer` is one of its realm alone. */
export type BanKind = 'address' | 'token' | 'user' | 'peer';

/** Who is kept out. */
export interface BanRef {
  readonly kind: BanKind;
  /**
   * In its one canonical form, so that two nodes mean the same: an address or IPv6 /64 network as `limitSubject` writes it,
   * the SHA-256 of a token in hex, `realm/user`, `realm/peer`. At most {@link MAX_BAN_SUBJECT_CHARS} long.
   */
  readonly subject: string;
}

export interface Ban extends BanRef {
  /** How long it still lasts, in whole milliseconds; more than none. */
  readonly leftMs: number;
}

/** Every ban that has not ended, in no particular order. */
export interface BanList {
  /** What `bansVersion` of a beat is for as long as nobody changes the bans: another one means that there is another list. */
  readonly version: number;
  readonly bans: readonly Ban[];
}

export type BanAnswer =
  | ({ readonly outcome: 'banned' } & BanList)
  /** `full`: there are {@link MAX_BANS} others. `too-long`: no such subject can be. Nothing has changed. */
  | { readonly outcome: 'full' | 'too-long' };

/** `absent`: there was no such ban, and nothing has changed. */
export type UnbanAnswer = { readonly outcome: 'unbanned' | 'absent' } & BanList;

/** How many bans there can be at a time: each node holds all of them in memory, and reads all of them when one changes. */
export const MAX_BANS = 10_000;

export const MAX_BAN_SUBJECT_CHARS = 256;

/** A year. What is to last longer is cut to this. */
export const MAX_BAN_MS = 365 * 24 * 3_600_000;

/**
 * Who is kept out of the whole cluster, and until when.
 *
 * Nobody asks here for each connection: a node holds the list in memory, each ban with its own end, and reads it when it starts and
 * whenever a beat tells another version than the list it holds. A change and its version are one step, so whoever dies
 * amid a change leaves both or neither, and a ban is in force everywhere within one beat of every node.
 *
 * A directory that loses its data has lost the bans: its version is another one then (0, until the next change), the nodes
 * read the empty list, and what is still to be banned has to be banned again.
 */
export interface BanTable {
  /** From now on for `forMs`, whole milliseconds, more than none and at most {@link MAX_BAN_MS}; in place of a ban that there is, be that longer or shorter. */
  ban(who: BanRef, forMs: number): Promise<BanAnswer>;
  unban(who: BanRef): Promise<UnbanAnswer>;
  list(): Promise<BanList>;
}
