import type { PeerKey, QueueKey, RoomKey } from '../keys.ts';
import type { Clock, Random } from '../ports/clock.ts';
import type { Directory } from '../ports/directory.ts';
import { MemoryBans, type BansRecord } from './bans.ts';
import { MemoryNodes, type NodesRecord } from './nodes.ts';
import type { PeerRecord } from './peer-record.ts';
import { MemoryPeers } from './peers.ts';
import { MemoryQueues } from './queues.ts';
import type { QueueRecord } from './queue-record.ts';
import type { RoomRecord } from './room-record.ts';
import { MemoryRooms } from './rooms.ts';

/** The time and the chance of a directory: those of one machine that all nodes ask, not those of a node. */
export interface World {
  readonly clock: Clock;
  readonly random: Random;
}

/**
 * A directory in the memory of this process: for a node that is alone, and for several that share this object in a test.
 *
 * Each call is carried out at once and as a whole, and answers in a later microtask; it is never `Unavailable`. What has
 * lapsed goes by itself. Nothing is kept beyond the process.
 */
export class MemoryDirectory implements Directory {
  readonly nodes: MemoryNodes;
  readonly peers: MemoryPeers;
  readonly rooms: MemoryRooms;
  readonly queues: MemoryQueues;
  readonly bans: MemoryBans;

  constructor(world: World) {
    this.bans = new MemoryBans(world);
    this.nodes = new MemoryNodes(world, () => this.bans.version);
    this.peers = new MemoryPeers(world);
    this.rooms = new MemoryRooms(world);
    this.queues = new MemoryQueues(world);
  }

  /** Loses everything, as an empty Redis that takes the place of a lost one. */
  forgetForTesting(): void {
    this.nodes.clear();
    this.bans.clear();
    for (const { records } of [this.peers, this.rooms, this.queues]) records.clear();
  }

  /** Everything as it is now; later changes do not reach it. */
  snapshotForTesting(): DirectoryCopy {
    return {
      nodes: this.nodes.copyForTesting(),
      peers: this.peers.records.copyForTesting(),
      rooms: this.rooms.records.copyForTesting(),
      queues: this.queues.records.copyForTesting(),
      bans: this.bans.copyForTesting(),
    };
  }

  /** Everything as it was then, as often as wanted: a replica takes over that has not heard the last seconds. */
  restoreForTesting(copy: DirectoryCopy): void {
    this.nodes.restoreForTesting(copy.nodes);
    this.peers.records.restoreForTesting(copy.peers);
    this.rooms.records.restoreForTesting(copy.rooms);
    this.queues.records.restoreForTesting(copy.queues);
    this.bans.restoreForTesting(copy.bans);
  }

  /** How many records there are, without what has lapsed: all zero some time after the last node is gone. */
  sizesForTesting(): DirectorySizes {
    return {
      nodes: this.nodes.size,
      peers: this.peers.records.size,
      rooms: this.rooms.records.size,
      queues: this.queues.records.size,
      bans: this.bans.size,
    };
  }
}

export interface DirectoryCopy {
  readonly nodes: NodesRecord;
  readonly peers: ReadonlyMap<PeerKey, PeerRecord>;
  readonly rooms: ReadonlyMap<RoomKey, RoomRecord>;
  readonly queues: ReadonlyMap<QueueKey, QueueRecord>;
  readonly bans: BansRecord;
}

export interface DirectorySizes {
  readonly nodes: number;
  readonly peers: number;
  readonly rooms: number;
  readonly queues: number;
  readonly bans: number;
}
