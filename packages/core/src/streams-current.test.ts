import { describe, expect, it } from 'vitest';
import type { Envelope } from './envelope.ts';
import { LIMITS } from './limits.ts';
import { World } from './testing/world.ts';

describe('what comes to a node whose last beat has outlived itself', () => {
  it('is not heeded before it has beaten: it may be of long ago', async () => {
    const { world, a, b, heard, tell } = await two();
    tell();
    expect(heard).toEqual(['signal', 'room', 'match', 'replaced', 'kicked']);
    heard.length = 0;

    b.gate.isShut = true;
    await world.clock.advance(LIMITS.beatLifeMs);
    tell();
    expect(heard).toEqual([]);

    b.gate.isShut = false;
    await world.clock.advance(LIMITS.beatIntervalMs);
    tell();
    expect(heard).toEqual(['missed', 'signal', 'room', 'match', 'replaced', 'kicked']);
    expect(a.membership.isCurrent).toBe(true);
  });

  it('is answered by no receipt: to its sender it is unknown, and with the next it is missed', async () => {
    const { world, b, tell } = await two();
    const receipts: Envelope[] = [];
    world.fate = (_from, _to, envelopes) => {
      receipts.push(...envelopes.filter(({ kind }) => kind === 'receipt'));
      return 0;
    };
    b.gate.isShut = true;
    await world.clock.advance(LIMITS.beatLifeMs);
    tell();
    await world.clock.advance(100);
    expect(receipts).toEqual([]);
  });

  it('is heeded all the same when it says what became of its own sending, or that it is heard', async () => {
    const { world, a, b } = await two();
    const outcomes: string[] = [];
    const letter = { kind: 'signal', room: 'main/stage', from: 'bob', to: 'alice', text: '' } as never;
    world.fate = (_from, _to, envelopes) => (envelopes.some(({ kind }) => kind === 'signal') ? 'lost' : 0);
    b.streams.send(a.node, letter, (outcome) => outcomes.push(outcome));
    const slept = world.clock.nowMs.bind(world.clock);
    world.clock.nowMs = () => slept() + LIMITS.beatLifeMs;
    expect(b.membership.isCurrent).toBe(false);
    b.streams.received(a.node, [
      { kind: 'receipt', after: -1, upTo: Number.MAX_SAFE_INTEGER, refused: [], open: [], settled: [] },
    ]);
    expect(outcomes).toEqual(['delivered']);
  });
});

async function two() {
  const world = new World();
  const a = await world.ground('node-a').start();
  const b = await world.ground('node-b').start();
  await world.clock.advance(LIMITS.beatIntervalMs);
  const heard: string[] = [];
  b.news.signal = () => void heard.push('signal');
  b.news.room = () => void heard.push('room');
  b.news.match = () => void heard.push('match');
  b.news.replaced = () => void heard.push('replaced');
  b.news.kicked = () => void heard.push('kicked');
  b.news.missed = () => void heard.push('missed');
  let n = 0;
  /** Something of each kind comes from a. */
  function tell(): void {
    const sentAtMs = world.clock.nowMs();
    b.streams.received(a.node, [
      { kind: 'signal', n: ++n, sentAtMs },
      { kind: 'room', n: ++n, sentAtMs },
      { kind: 'match' },
      { kind: 'replaced' },
      { kind: 'kick' },
    ] as unknown as Envelope[]);
  }
  return { world, a, b, heard, tell };
}
