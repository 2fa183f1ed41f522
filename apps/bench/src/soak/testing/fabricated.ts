import { Chance } from '@parley/test/faults/support/chance.ts';

import type { NodeReading, Sample } from '../measures.ts';
import type { Evidence } from '../verdict.ts';

export const MB = 1_048_576;
const HALF_HOUR_MS = 1_800_000;

/** What is added to what only wavers. */
interface Made {
  readonly seed?: number;
  readonly lastedMs?: number;
  /** What node 2 adds from beginning to end. */
  readonly leak?: Partial<NodeReading>;
  /** What every node adds in the first third. */
  readonly warmUp?: Partial<NodeReading>;
  readonly redisLeak?: number;
  /** What node 2 gives back a little after half-time, and takes again within a quarter of the run. */
  readonly givenBack?: number;
}

/** Three nodes, looked at every five seconds: each value has noise of its own, and the heap is a sawtooth. */
export function evidence({
  seed = 1,
  lastedMs = HALF_HOUR_MS,
  leak = {},
  warmUp = {},
  redisLeak = 0,
  givenBack = 0,
}: Made = {}): Evidence {
  const chance = new Chance(seed);
  const about = (value: number, share = 0.1) => value * (1 + (chance.fraction() - 0.5) * share);
  const samples = Array.from({ length: 360 }, (_, index): Sample => {
    const share = index / 359;
    const node = (number: number): NodeReading => {
      const added = (name: keyof NodeReading) =>
        (number === 2 ? (leak[name] ?? 0) * share : 0) + (warmUp[name] ?? 0) * Math.min(1, share * 3);
      return {
        resident: about(130 * MB, 0.02) + added('resident') - (number === 2 ? givenBack * missing(share) : 0),
        heap: 26 * MB + 12 * MB * ((share * 61 + number / 3) % 1) + about(MB) + added('heap'),
        external: about(3 * MB),
        openFiles: Math.round(about(75) + added('openFiles')),
        handles: 7 + Math.round(added('handles')),
        busy: about(0.1),
        loopDelay: about(7) + added('loopDelay'),
        sessions: Math.round(about(48) + added('sessions')),
        rooms: Math.round(about(38) + added('rooms')),
        waiters: chance.below(3),
        receipts: chance.below(3),
        lanes: 0,
      };
    };
    const redis = {
      redisKeys: Math.round(about(2_000)) + redisLeak * share,
      redisMemory: about(3 * MB),
      redisCommands: about(2_600),
    };
    return { atMs: share * lastedMs, nodes: [1, 2, 3].map(node), redis };
  });
  return { samples, lastedMs, lives: 20_000, failedLives: 0, left: [] };
}

/** What share of it is not taken again yet. */
const missing = (share: number) => (share < 0.52 ? 0 : Math.max(0, 1 - (share - 0.52) / 0.25));
