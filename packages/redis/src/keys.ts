import type { Inbox, LimitName, PeerKey, QueueKey, RoomKey } from '@parley/core';

/**
 * Every key and channel that exists, with its shape and its end.
 *
 * What stands in braces decides the slot in a Redis Cluster. Each script touches one slot, and but for those of the bans
 * and of the peers one key. No key is ever without a TTL: each script sets it in the same breath as the value.
 *
 * An *entry* (a row, a seat, a waiter, a match) is one field of a hash whose value is one line: words divided by single
 * spaces, and text that may hold spaces last. Its first word is the version of its shape, `v` that of the hash; a script
 * reads its own version and the one before. Times are milliseconds of Redis time unless the name ends in `Us`
 * (microseconds). A *claim* is `session instance user meta`: user may be empty, meta is JSON text, or empty; scripts pass
 * it on unread. `away` is 0: it is here; else when its window ends.
 */
export interface Keys {
  /**
   * Hash, the membership table: `v`, `table` (random id of this table), `beats` (how many there were), `beatAt` (the last
   * one), `wokeAt` (when somebody beat again after nobody had for too long; absent is 0), `bans` (version of the bans: the
   * microseconds of Redis time when they were changed; absent is 0), and per node `row:{node}` = `1 state until JSON`, state
   * `alive` or `gone`. TTL: three minutes after the last `until`.
   */
  readonly nodes: string;
  /**
   * Hash: `v`, and per ban `ban:{kind}/{subject}` = `1 until`. TTL: the longest `until`. In the slot of `nodes`, where its
   * version stands, so that both change in one script.
   */
  readonly bans: string;
  /**
   * Hash, where a peer is: `v`, `fence`, `node`, `session`, `instance`, `user` (perhaps empty), `rooms` (divided by spaces),
   * `proven` and `offered` (SHA-256 of secrets, hex), `handed` (how many at the head of the mail were handed to this
   * session), `away`, `until`, `bye` (1: a tombstone, which has only fence, until, away and bye). TTL: `until`, so that what
   * has lapsed is not there; what is away ends earlier, for whoever looks.
   */
  peer(key: PeerKey): string;
  /**
   * List: the signals kept for a peer that is away, each `n text`, where n is how often it was handed to a session. No
   * version: its peer has one. TTL: that of its peer, in whose slot it is.
   */
  mail(key: PeerKey): string;
  /**
   * Hash: `v`, `tag`, `epoch`, `capacity`, `code` (1: a minted code), `good` (until when a code is good with nobody there,
   * else 0), `lastUs` (the highest joinedAt so far), `door` (JSON list, or empty), and per seat
   * `seat:{peer}` = `1 until joinedAtUs away fence node claim`. TTL: the longest `until`, a code's at least `good`.
   */
  room(key: RoomKey): string;
  /**
   * Hash: `v`, `lastUs` (the highest place so far); per waiter
   * `waiter:{peer}` = `1 until sinceUs away fence node match confirmed claim` (match: `-` for none; confirmed: 0 or 1); per
   * match that is not complete `match:{id}` = `1 deadline room`; per complete one `complete:{id}` = `1 until room` and then,
   * each ended by the character 31, `peer open` and the line that it had as a waiter (open 0: it has taken a new place
   * since). TTL: the longest `until`.
   */
  queue(key: QueueKey): string;
  /**
   * String: the time in microseconds at which the budget is full again. No version: it is a number and gone soon. TTL:
   * until then, so that a missing key means a full budget.
   */
  rate(limit: LimitName, subject: string): string;
  /** Channel: frames for the node that listens there. Sharded in a Cluster. */
  inbox(inbox: Inbox): string;
}

/**
 * @param prefix what every name begins with
 * @throws TypeError if the prefix would move keys to other slots, or cannot be read in a log
 */
export function keysOf(prefix: string): Keys {
  if (!/^[!-z|~]{1,64}$/.test(prefix)) {
    throw new TypeError('A Redis prefix is 1 to 64 printable ASCII characters without spaces and braces.');
  }
  const nodes = `${prefix}:nodes`;
  return {
    nodes,
    bans: `${prefix}:bans:{${nodes}}`,
    peer: (key) => `${prefix}:peer:{${key}}`,
    mail: (key) => `${prefix}:mail:{${key}}`,
    room: (key) => `${prefix}:room:{${key}}`,
    queue: (key) => `${prefix}:queue:{${key}}`,
    rate: (limit, subject) => `${prefix}:rate:{${limit}/${subject}}`,
    inbox: (inbox) => `${prefix}:inbox:{${inbox}}`,
  };
}
