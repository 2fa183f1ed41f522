import { describe, expect, it } from 'vitest';

import { ALL_FAULTS, type Faults } from './faults.ts';
import { findLeftovers, findWrongs } from './invariants.ts';
import { World } from './world.ts';

/** How many worlds are lived through; each takes some ten milliseconds. */
const SEEDS = Number(process.env['PARLEY_TEST_SEEDS'] ?? 1_000);
const FIRST_SEED = Number(process.env['PARLEY_TEST_FIRST_SEED'] ?? 1);

describe('simulation: three nodes over a simulated network and Redis', () => {
  it('without faults every promise is kept', () => assertPromisesKept(SEEDS / 10, {}));

  it('when nodes die, their seats go, and no room ever holds more than its capacity', () =>
    assertPromisesKept(SEEDS / 10, { kill: true }));

  it('whatever was lost, frozen, cut off, killed or forgotten: after quiet returns every view is right', () =>
    assertPromisesKept(SEEDS));

  it('a control: where nothing is asserted, views stay wrong, and it is noticed', async () => {
    const worlds = await Promise.all(
      [1, 2, 3, 4, 5].map((seed) => live(seed, { ...ALL_FAULTS, sabotage: 'never-asserts' })),
    );
    expect(worlds.flatMap(findWrongs)).not.toEqual([]);
  });

  it('a seed reproduces exactly', async () => {
    for (const seed of [1, 2, 3]) expect(tell(await live(seed))).toEqual(tell(await live(seed)));
  });
});

async function assertPromisesKept(seeds: number, faults?: Faults): Promise<void> {
  for (let seed = FIRST_SEED; seed < FIRST_SEED + seeds; seed += 1) {
    const world = await live(seed, faults);
    expect(findWrongs(world), `seed ${seed}`).toEqual([]);
    await world.end();
    expect(findLeftovers(world), `seed ${seed}`).toEqual([]);
  }
}

async function live(seed: number, faults?: Faults): Promise<World> {
  const world = new World(seed, faults);
  await world.live(25_000);
  await world.calm();
  return world;
}

/** Everything that clients believe. */
const tell = ({ clients }: World) =>
  clients.map(({ life, session, matches }) => ({
    life,
    rooms: [...(session?.rooms ?? [])].map(([room, others]) => [room, ...others.keys()]),
    matches,
    waiting: [...(session?.waiting ?? [])],
  }));
