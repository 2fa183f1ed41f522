import type { Fence } from '../fence.ts';
import type { PeerKey } from '../keys.ts';
import type { ClaimAnswer, PeerClaim, PeerDirectory, PeerPlace } from '../ports/directory.ts';
import type { World } from './directory.ts';
import { Lapsing } from './lapsing.ts';

/** How long a bye refuses what is not later. */
const TOMBSTONE_MS = 60_000;

export interface PeerRecord {
  readonly fence: Fence;
  readonly untilMs: number;
  /** Absent: a tombstone. */
  readonly place?: PeerPlace;
}

export class MemoryPeers implements PeerDirectory {
  readonly #world: World;
  readonly records: Lapsing<PeerKey, PeerRecord>;

  constructor(world: World) {
    this.#world = world;
    this.records = new Lapsing(world.clock, (record) => record.untilMs);
  }

  async claim({ key, node, session, fence, lifeMs }: PeerClaim): Promise<ClaimAnswer> {
    const held = this.records.get(key);
    const isBuried = held?.fence === fence && !held.place;
    if (held && (held.fence > fence || isBuried)) return { outcome: 'superseded' };
    this.records.set(key, { fence, untilMs: this.#world.clock.nowMs() + lifeMs, place: { node, session } });
    const former = held?.place;
    return { outcome: 'claimed', ...(former && former.session !== session && { former }) };
  }

  async bye(key: PeerKey, fence: Fence): Promise<void> {
    const held = this.records.get(key);
    if (held && held.fence > fence) return;
    this.records.set(key, { fence, untilMs: this.#world.clock.nowMs() + TOMBSTONE_MS });
  }
}
