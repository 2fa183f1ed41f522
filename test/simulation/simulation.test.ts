import { describe, expect, it } from 'vitest';

import { findLeftovers, findWrongs } from './invariants.ts';
import { type Faults, World } from './world.ts';

/** How many worlds are lived through; each takes some ten milliseconds. */
const SEEDS = Number(process.env['PARLEY_TEST_SEEDS'] ?? 2_000);
const FIRST_SEED = Number(process.env['PARLEY_TEST_FIRST_SEED'] ?? 1);

async function live(seed: number, faults?: Faults): Promise<World> {
  const world = new World(seed, faults);
  await world.live(25_000);
  await world.calm();
  return world;
}

describe('simulation: three nodes over a simulated network and Redis', () => {
  it('a cluster without faults keeps every promise', async () => {
    for (let seed = FIRST_SEED; seed < FIRST_SEED + SEEDS / 10; seed += 1) {
      const world = await live(seed, {});
      expect(findWrongs(world), `seed ${seed}`).toEqual([]);
      await world.end();
      expect(findLeftovers(world), `seed ${seed}`).toEqual([]);
    }
  });

  it('whatever was lost, frozen, cut off, killed or forgotten: after quiet returns every view is right', async () => {
    for (let seed = FIRST_SEED; seed < FIRST_SEED + SEEDS; seed += 1) {
      const world = await live(seed);
      expect(findWrongs(world), `seed ${seed}`).toEqual([]);
      await world.end();
      expect(findLeftovers(world), `seed ${seed}`).toEqual([]);
    }
  });

  it('a seed reproduces exactly', async () => {
    const tell = async (seed: number) => {
      const world = await live(seed);
      return world.clients.map(({ peer, rooms, matches, waiting }) => ({
        peer,
        rooms: [...rooms].map(([room, others]) => [room, ...others.keys()]),
        matches,
        waiting: [...waiting],
      }));
    };
    for (const seed of [1, 2, 3]) expect(await tell(seed)).toEqual(await tell(seed));
  });
});
