import type { NodeId, Realm } from '@parley/protocol';
import type { Inbox } from './bus.ts';

export interface NodeRow {
  readonly node: NodeId;
  readonly inbox: Inbox;
  /** Version of the software. */
  readonly version: string;
  /** This node hears what is sent to its inbox. */
  readonly hears: boolean;
  /** Sessions per realm. */
  readonly sessions: Readonly<Record<Realm, number>>;
}

export interface KnownNode extends NodeRow {
  /** `lost`: it stopped beating. `gone`: it said goodbye. Both are remembered for three minutes. */
  readonly state: 'alive' | 'lost' | 'gone';
}

export interface BeatAnswer {
  /** The directory's time when it answered, in milliseconds. */
  readonly nowMs: number;
  /** Random, made with the table: another one means that the directory has lost its data. */
  readonly table: string;
  /** Rises with each beat of any node: one that is not above what was seen before means that the directory has forgotten. */
  readonly beats: number;
  /** Another one whenever the bans are no longer what they were; 0: nobody has changed them since the table was made. */
  readonly bansVersion: number;
  /**
   * When the directory woke from its last sleep, in which no node could beat; 0: it has not slept since the table was made. What
   * should have ended meanwhile is given its time again.
   */
  readonly wokeAtMs: number;
  /** What this very node was before this beat: `new` if there was no row of it. */
  readonly was: KnownNode['state'] | 'new';
  /** Every row, this node's own too. */
  readonly nodes: readonly KnownNode[];
}

/** Which nodes are alive. */
export interface NodeTable {
  /**
   * This node is alive for `lifeMs` more. When nobody has beaten for half that time, it was the directory that slept and
   * not the nodes: then every row that was alive is given a fresh life.
   */
  beat(row: NodeRow, lifeMs: number): Promise<BeatAnswer>;
  /** Calls `task` whenever the directory may be back after it was out of reach: the moment to beat. Absent: nobody knows of such a moment. */
  whenBack?(task: () => void): void;
  /** This node ends in an orderly way. */
  goodbye(node: NodeId): Promise<void>;
}
