import { describe, expect, it } from 'vitest';
import { comebacks, FakeClock, LAWS, SeededRandom, SPOILT, type Spoilt } from '../contract/index.ts';
import { MemoryDirectory } from './directory.ts';

/** Longer than anything lives. */
const AGES_MS = 600_000;

describe('peers and rooms, whoever comes, goes and comes back in whatever order', () => {
  it('keep every law', { timeout: 30_000 }, async () => {
    const { broken, steps, seed, judged } = await comebacks({ make, runs: 1_000, waitsMs });

    expect({ broken: broken?.message, steps, seed }).toEqual({ broken: undefined, steps: undefined, seed });
    expect(judged).toBeGreaterThan(15_000);
  });

  for (const { law, by, spoil } of SPOILT) {
    it(`would not keep “${LAWS[law]}” by ${by}`, { timeout: 30_000 }, async () => {
      const options = { runs: 2_000, waitsMs, seed: 1, isHasty: true };
      const { broken } = await comebacks({ make: () => make(spoil), ...options });

      expect(broken?.message).toContain(LAWS[law]);
    });
  }
});

const waitsMs = [1, 50, 50, 100];

function make(spoil: Spoilt['spoil'] = (directory) => directory) {
  const clock = new FakeClock(1_700_000_000_000);
  const memory = new MemoryDirectory({ clock, random: new SeededRandom(1) });
  return {
    directory: spoil(memory),
    advance: (ms: number) => clock.advance(ms),
    async endless() {
      await clock.advance(AGES_MS);
      const { peers, rooms } = memory.sizesForTesting();
      return [...Array(peers).fill('a peer'), ...Array(rooms).fill('a room')];
    },
  };
}
