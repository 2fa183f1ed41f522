import { describe, expect, it } from 'vitest';
import { LIMITS } from './limits.ts';
import { AWAY_MS, World } from './testing/world.ts';

const BEAT_MS = LIMITS.beatIntervalMs;
const LIFE_MS = 1_000;

describe('what a node knows and a key of the directory cannot', () => {
  it('is which nodes have ended, and how long a peer may be away', async () => {
    const { world, a, b } = await two();
    expect(a.membership.reading(LIFE_MS)).toMatchObject({ lost: [], awayMs: AWAY_MS, mercyUntilMs: 0 });
    b.gate.isShut = true;
    await world.clock.advance(LIMITS.beatLifeMs + BEAT_MS);
    expect(a.membership.reading(LIFE_MS).lost).toEqual(['node-b']);
  });

  it('is that a whole window has to pass since the directory was back, when no node could reach it for long', async () => {
    const { world, a, b } = await two();
    a.gate.next('beat', 'lost', 'lost', 'lost');
    await world.clock.advance(BEAT_MS * 4);
    // Of this node alone: others could.
    expect(a.membership.reading(LIFE_MS).mercyUntilMs).toBe(0);
    for (const each of [a, b]) each.gate.next('beat', 'lost', 'lost', 'lost');
    await world.clock.advance(BEAT_MS * 5);
    const { mercyUntilMs } = a.membership.reading(LIFE_MS);
    expect(mercyUntilMs).toBeGreaterThan(a.membership.nowMs() + AWAY_MS - BEAT_MS * 3);
    expect(b.membership.reading(LIFE_MS).mercyUntilMs).toBe(mercyUntilMs);
    const late = await world.ground('node-late').start();
    expect(late.membership.reading(LIFE_MS).mercyUntilMs).toBe(mercyUntilMs);
  });

  it('is nothing of the kind before its first beat, nor while all is well', async () => {
    const { world, a } = await two();
    await world.clock.advance(120_000);
    expect(a.membership.reading(LIFE_MS).mercyUntilMs).toBe(0);
  });
});

describe('a node that was taken for lost', () => {
  it('hears of it once when it is back, and nobody who was not does', async () => {
    const { world, a, b } = await two();
    const returns = { a: 0, b: 0, data: 0 };
    a.news.returned = () => void (returns.a += 1);
    b.news.returned = () => void (returns.b += 1);
    b.news.dataLost = () => void (returns.data += 1);
    b.gate.isShut = true;
    await world.clock.advance(LIMITS.beatLifeMs - BEAT_MS * 2);
    b.gate.isShut = false;
    await world.clock.advance(BEAT_MS * 3);
    expect(returns).toEqual({ a: 0, b: 0, data: 0 });

    b.gate.isShut = true;
    await world.clock.advance(LIMITS.beatLifeMs + BEAT_MS);
    b.gate.isShut = false;
    await world.clock.advance(BEAT_MS * 10);
    expect(returns).toEqual({ a: 0, b: 1, data: 0 });
  });

  it('hears of it, too, when even its row was forgotten meanwhile', async () => {
    const { world, b } = await two();
    let returns = 0;
    b.news.returned = () => void (returns += 1);
    b.gate.isShut = true;
    await world.clock.advance(200_000);
    b.gate.isShut = false;
    await world.clock.advance(BEAT_MS * 3);
    expect(returns).toBe(1);
  });

  it('is not one whose directory has lost its data', async () => {
    const { world, a } = await two();
    const news: string[] = [];
    a.news.returned = () => void news.push('returned');
    a.news.dataLost = () => void news.push('data lost');
    world.directory.forgetForTesting();
    await world.clock.advance(BEAT_MS * 3);
    expect(news).toEqual(['data lost']);
  });
});

describe('whether a node knows where it stands', () => {
  it('is so from its first beat on', async () => {
    const world = new World();
    const a = world.ground('node-a');
    expect(a.membership.isCurrent).toBe(false);
    await a.start();
    expect(a.membership.isCurrent).toBe(true);
  });

  it('is over when its last beat has outlived itself, and so again with the next one', async () => {
    const { world, a } = await two();
    a.gate.isShut = true;
    await world.clock.advance(LIMITS.beatLifeMs - 1);
    expect([a.membership.up, a.membership.isCurrent]).toEqual([false, true]);
    await world.clock.advance(1);
    expect(a.membership.isCurrent).toBe(false);
    a.gate.isShut = false;
    await world.clock.advance(BEAT_MS);
    expect(a.membership.isCurrent).toBe(true);
  });

  it('is over at once for a process that slept, before it has taken anything for news', async () => {
    const { world, a } = await two();
    const awakeMs = world.clock.nowMs.bind(world.clock);
    world.clock.nowMs = () => awakeMs() + LIMITS.beatLifeMs;
    expect(a.membership.isCurrent).toBe(false);
  });
});

describe('whether new sessions are well served here', () => {
  it('is not changed by a hiccup, but by an outage, and comes back only after a while', async () => {
    const { world, a } = await two();
    a.gate.next('beat', 'lost');
    await world.clock.advance(BEAT_MS * 2);
    expect(a.membership.isSteady).toBe(true);
    a.gate.isShut = true;
    await world.clock.advance(BEAT_MS);
    expect([a.membership.up, a.membership.isSteady]).toEqual([false, true]);
    await world.clock.advance(LIMITS.unreadyAfterMs - 100);
    expect(a.membership.isSteady).toBe(true);
    await world.clock.advance(100);
    expect(a.membership.isSteady).toBe(false);
    a.gate.isShut = false;
    await world.clock.advance(BEAT_MS);
    expect([a.membership.up, a.membership.isSteady]).toEqual([true, false]);
    await world.clock.advance(LIMITS.readyAgainAfterMs);
    expect(a.membership.isSteady).toBe(true);
  });
});

async function two() {
  const world = new World();
  const a = await world.ground('node-a').start();
  const b = await world.ground('node-b').start();
  await world.clock.advance(BEAT_MS);
  return { world, a, b };
}
