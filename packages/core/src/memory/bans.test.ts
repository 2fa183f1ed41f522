import { describe, expect, it } from 'vitest';
import { FakeClock, SeededRandom } from '../contract/index.ts';
import { MAX_BANS, type BanRef } from '../ports/directory.ts';
import { MemoryBans } from './bans.ts';

const banOf = (n: number): BanRef => ({ kind: 'address', subject: `192.0.2.${n}` });

describe('memory bans', () => {
  it('are so many and no more, until one of them ends or is taken back', async () => {
    const { clock, bans } = fullOfBans();
    expect(await bans.ban(banOf(MAX_BANS), 1_000)).toEqual({ outcome: 'full' });
    expect(bans.size).toBe(MAX_BANS);

    // One that is there already takes no room.
    expect(await bans.ban(banOf(1), 1_000)).toMatchObject({ outcome: 'banned' });
    await bans.unban(banOf(2));
    expect(await bans.ban(banOf(MAX_BANS), 60_000)).toMatchObject({ outcome: 'banned' });
    expect(await bans.ban(banOf(2), 1_000)).toEqual({ outcome: 'full' });
    await clock.advance(1_000);
    expect(await bans.ban(banOf(2), 1_000)).toMatchObject({ outcome: 'banned' });
  });

  it('end to the millisecond', async () => {
    const clock = new FakeClock();
    const bans = new MemoryBans({ clock, random: new SeededRandom(1) });
    await bans.ban(banOf(1), 1_000);
    await clock.advance(999);

    expect((await bans.list()).bans).toEqual([{ ...banOf(1), leftMs: 1 }]);
    await clock.advance(1);
    expect((await bans.list()).bans).toEqual([]);
  });
});

/** As many as there can be, each for a minute. */
function fullOfBans() {
  const clock = new FakeClock();
  const bans = new MemoryBans({ clock, random: new SeededRandom(1) });
  const untilMs = clock.nowMs() + 60_000;
  const all = Array.from({ length: MAX_BANS }, (_, n) => ({ ...banOf(n), untilMs }));
  const records = new Map(all.map((ban) => [`${ban.kind}/${ban.subject}`, ban]));
  bans.restoreForTesting({ version: 1, records });
  return { clock, bans };
}
