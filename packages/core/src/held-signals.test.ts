import { describe, expect, it } from 'vitest';
import type { NodeId } from '@parley/protocol';
import type { Refusal, SignalEnvelope } from './envelope.ts';
import { HeldSignals } from './held-signals.ts';
import type { RoomKey } from './keys.ts';
import { LIMITS } from './limits.ts';

const ROOM = 'main/stage' as RoomKey;
const NOW_MS = 10_000;

describe('signals that wait for their room to be read', () => {
  it('are delivered, in order, as soon as they can be', () => {
    const { held, hold, outcomes } = start();
    hold(1, 2, 3);
    held.judge(ROOM, NOW_MS, () => 'delivered');
    expect(outcomes).toEqual([
      [1, 'delivered'],
      [2, 'delivered'],
      [3, 'delivered'],
    ]);
    expect(held.size).toBe(0);
  });

  it('go on waiting while nobody has read the room since', () => {
    const { held, hold, outcomes } = start();
    hold(1);
    held.judge(ROOM, NOW_MS, () => 'not-in-room');
    expect(outcomes).toEqual([]);
    expect(held.size).toBe(1);
  });

  it('are refused when the room was read and their sender is still unknown', () => {
    const { held, hold, outcomes } = start();
    hold(1);
    held.asked(ROOM);
    held.read(ROOM);
    held.judge(ROOM, NOW_MS, () => 'not-in-room');
    expect(outcomes).toEqual([[1, 'not-in-room']]);
    expect(held.size).toBe(0);
  });

  it('are not refused by an answer that was under way before they came', () => {
    const { held, hold, outcomes } = start();
    held.asked(ROOM);
    hold(1);
    held.read(ROOM);
    held.judge(ROOM, NOW_MS, () => 'not-in-room');
    expect(outcomes).toEqual([]);

    held.asked(ROOM);
    held.read(ROOM);
    held.judge(ROOM, NOW_MS, () => 'not-in-room');
    expect(outcomes).toEqual([[1, 'not-in-room']]);
  });

  it('are not delivered when they have become stale', () => {
    const { held, hold, outcomes } = start();
    hold(1);
    held.judge(ROOM, NOW_MS + LIMITS.signalLifeMs + 1, () => 'delivered');
    expect(outcomes).toEqual([[1, 'stale']]);
  });

  it('keep what comes later from the same sender behind them, and from nobody else', () => {
    const { held, hold } = start();
    hold(1);
    expect(held.holds(signal(2))).toBe(true);
    expect(held.holds(signal(2, 'somebody else'))).toBe(false);
  });

  it('are bounded for each room', () => {
    const { held, hold } = start();
    for (let n = 0; n < LIMITS.heldPerRoom; n += 1) hold(n);
    expect(held.hold(signal(999), () => {})).toBe(false);
    expect(held.hold({ ...signal(999), room: 'main/other' as RoomKey }, () => {})).toBe(true);
  });

  it('are refused at once when their receiver is gone: nothing that is read could change that', () => {
    const { held, hold, outcomes } = start();
    hold(1);
    held.judge(ROOM, NOW_MS, () => 'gone');
    expect(outcomes).toEqual([[1, 'gone']]);
  });

  it('are refused when nobody here sits in the room any more, each for a reason of its own', () => {
    const { held, hold, outcomes } = start();
    hold(1, 2);
    held.drop(ROOM, ({ n }) => (n === 1 ? 'gone' : 'not-in-room'));
    expect(outcomes).toEqual([
      [1, 'gone'],
      [2, 'not-in-room'],
    ]);
    expect(held.size).toBe(0);
  });
});

function start() {
  const held = new HeldSignals();
  const outcomes: [number, 'delivered' | Refusal][] = [];
  const hold = (...numbers: number[]) => {
    for (const n of numbers) held.hold(signal(n), (outcome) => outcomes.push([n, outcome]));
  };
  return { held, hold, outcomes };
}

const signal = (n: number, from = 'alice') =>
  ({
    kind: 'signal',
    n,
    sentAtMs: NOW_MS,
    room: ROOM,
    from,
    node: 'node-2' as NodeId,
  }) as unknown as SignalEnvelope;
