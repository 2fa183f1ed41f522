import type { BanTable } from './bans.ts';
import type { NodeTable } from './nodes.ts';
import type { PeerDirectory } from './peers.ts';
import type { QueueDirectory } from './queues.ts';
import type { RoomDirectory } from './rooms.ts';

export * from './bans.ts';
export type * from './nodes.ts';
export * from './peers.ts';
export type * from './queues.ts';
export type * from './reading.ts';
export type * from './rooms.ts';

/**
 * The directory could not be asked, or did not answer in time. **The outcome is unknown**: what was asked may have
 * happened, may happen until its `notAfterMs`, or never (which is certain if {@link neverHappened}). Each method of the directory rejects with this and nothing else,
 * at the latest {@link DIRECTORY_TIMEOUT_MS} after the call.
 */
export class Unavailable extends Error {
  override name = 'Unavailable';
  /** It was refused, or not even sent. */
  readonly neverHappened: boolean;

  constructor(
    message: string,
    { neverHappened = false, ...options }: ErrorOptions & { neverHappened?: boolean } = {},
  ) {
    super(message, options);
    this.neverHappened = neverHappened;
  }
}

/** When a call to the directory is given up. Together with what it may wait for its turn, a client has its answer within 1 s. */
export const DIRECTORY_TIMEOUT_MS = 750;

/** How far ahead `notAfterMs` is set: a little further than the call is waited for, because two clocks are never quite the same. */
export const NOT_AFTER_MS = 1_000;

/**
 * Which peer is on which node, who sits in which room, who waits in which queue, who is kept out; for the whole cluster.
 *
 * Rules that hold for every method:
 * - Every entry carries its own end (`until`), set `lifeMs` ahead by each assertion of its own node and by nobody else (a ban,
 *   which belongs to no node, for as long as it was meant to be). What has lapsed is gone: every method drops it before it looks.
 * - All times are those of the directory's own clock, as {@link NodeTable.beat} teaches it.
 * - `notAfterMs`: a command that comes to be executed later than this does nothing, and answers `late` or rejects. So an
 *   outcome that was unknown is settled by then, and what undoes it can no longer be overtaken by it.
 * - Everything else is idempotent: asking again is always right.
 */
export interface Directory {
  readonly nodes: NodeTable;
  readonly peers: PeerDirectory;
  readonly rooms: RoomDirectory;
  readonly queues: QueueDirectory;
  readonly bans: BanTable;
}
