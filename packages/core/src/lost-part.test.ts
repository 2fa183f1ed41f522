import { describe, expect, it } from 'vitest';
import { LIMITS } from './limits.ts';
import { joined, start } from './testing/coming-back.ts';

const ROOMS = 20;
/** A renewal in the ordinary time, and the tenth that it may be later. */
const RENEWED_MS = LIMITS.renewalIntervalMs * 1.1;

describe('a part of the directory that has lost its data, though the table of nodes has not', () => {
  it.each(['peers', 'rooms'] as const)(
    'is told everything again as soon as one renewal finds nothing: %s',
    async (part) => {
      const { clock, world, a, sizes } = await many();
      world.directory[part].records.clear();
      for (let ms = 0; sizes()[part] === 0 && ms < RENEWED_MS; ms += 100) await clock.advance(100);
      expect([sizes()[part] > 0, sizes()[part] < ROOMS]).toEqual([true, true]);
      expect(a.node.membership.recovering).toBe(true);
      await clock.advance(LIMITS.beatIntervalMs);
      expect(sizes()).toMatchObject({ peers: ROOMS, rooms: ROOMS });
    },
  );

  it('is not suspected while every renewal finds what it renews', async () => {
    const { clock, a, sizes } = await many();
    const before = a.gate.count('assert');
    await clock.advance(RENEWED_MS);
    expect(a.gate.count('assert')).toBeGreaterThanOrEqual(before + ROOMS * 2);
    expect(a.node.membership.recovering).toBe(false);
    expect(sizes()).toMatchObject({ peers: ROOMS, rooms: ROOMS });
  });
});

/** Many members of one node, each in a room of its own. */
async function many() {
  const { cluster, world, clock, a } = await start();
  for (let n = 0; n < ROOMS; n += 1) await joined(cluster, a, `alice${n}`, [`room${n}`]);
  return { world, clock, a, sizes: () => world.directory.sizesForTesting() };
}
