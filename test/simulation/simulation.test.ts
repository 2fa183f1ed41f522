import { describe, expect, it } from 'vitest';

import { ALL_FAULTS, type Faults } from './faults.ts';
import { findLeftovers, findWrongs } from './invariants.ts';
import type { Sabotage } from './sabotage.ts';
import { World } from './world.ts';

/** How many worlds are lived through with everything going wrong, and a share of them with less; each takes some 60 ms. */
const SEEDS = Number(process.env['PARLEY_TEST_SEEDS'] ?? 100);
const FIRST_SEED = Number(process.env['PARLEY_TEST_FIRST_SEED'] ?? 1);

describe('simulation: three nodes over a simulated network and Redis', () => {
  it('without faults every promise is kept', () => assertPromisesKept(SEEDS / 5, {}));

  it('when nodes are drained, who follows is never seen away or leaving, and nothing is lost', () =>
    assertPromisesKept(SEEDS / 5, { drain: true }));

  it('when nodes die, who comes back in time has every seat and all mail, and no room ever holds more than its capacity', () =>
    assertPromisesKept(SEEDS / 5, { kill: true }));

  it('whatever was lost, frozen, put to sleep, cut off, drained, killed or forgotten: no promise is broken, and after quiet returns every view is right', () =>
    assertPromisesKept(SEEDS, ALL_FAULTS));

  it('a seed reproduces exactly', async () => {
    const unseen = new Set(PARTS);
    for (let seed = 1; seed <= 60 && unseen.size > 0; seed += 1) {
      const [once, again] = [await live(seed), await live(seed)];
      expect(tell(again)).toEqual(tell(once));
      for (const part of unseen) if (once.trace.some((line) => part.test(line))) unseen.delete(part);
    }
    expect([...unseen]).toEqual([]);
  });
});

/** All of this must have happened where reproduction is shown. */
const PARTS = [
  /is welcome again/,
  /is drained/,
  /sleeps/,
  /Redis freezes/,
  /Redis forgets/,
  /dies/,
  /cut off/,
];

interface Control {
  readonly sabotage: Sabotage;
  /** By which of the judges. */
  readonly notices: RegExp;
  readonly faults?: Faults;
}

describe('controls: the judges of the simulation notice', () => {
  it.each<Control>([
    { sabotage: 'never-asserts', notices: /is away|for away|ghost|does not see|who never was without/ },
    { sabotage: 'forgets-mail', notices: /came back and never got it/ },
    { sabotage: 'hands-mail-twice', notices: /arrived twice/ },
    { sabotage: 'turns-mail-round', notices: /arrived behind/ },
    { sabotage: 'puts-away-the-newer', notices: /peer-away of .* who never was without a socket/ },
    { sabotage: 'puts-away-the-newer', faults: { drain: true }, notices: /peer-away of .* who never was/ },
    { sabotage: 'ends-seats-at-once', notices: /has lost|others saw it leave/ },
    { sabotage: 'repeats-news', notices: /peer-away of .* twice/ },
    { sabotage: 'passes-old-signals-on', faults: { freeze: true }, notices: /arrived after \d+ ms/ },
    { sabotage: 'overtakes', notices: /arrived behind/ },
    { sabotage: 'loses-in-silence', notices: /was answered delivered and never arrived/ },
    { sabotage: 'answers-slowly', notices: /was answered delivered after \d+ ms/ },
  ])('a cluster that $sabotage', async ({ sabotage, notices, faults }) => {
    const noticed = await firstSeed(60, async (seed) => {
      const wrongs = findWrongs(await live(seed, { ...faults, sabotage }));
      return wrongs.some((wrong) => notices.test(wrong));
    });
    expect(noticed).toBeDefined();
  });
});

async function assertPromisesKept(seeds: number, faults: Faults): Promise<void> {
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

async function firstSeed(
  most: number,
  holds: (seed: number) => Promise<boolean>,
): Promise<number | undefined> {
  for (let seed = 1; seed <= most; seed += 1) if (await holds(seed)) return seed;
  return undefined;
}

/** Everything that happened, what became of every signal, and what clients believe. */
const tell = ({ trace, ledger, clients }: World) => ({
  trace,
  signals: ledger.signals,
  clients: clients.map(({ life, session, matches }) => ({
    life,
    rooms: [...(session?.rooms ?? [])].map(([room, others]) => [room, ...others.values()]),
    matches,
    waiting: [...(session?.waiting ?? [])],
  })),
});
