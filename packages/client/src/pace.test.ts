import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';

import { Pace } from './pace.ts';
import { Timers } from './timers.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

describe('a pace', () => {
  it('lets a burst go at once, and the rest one by one, everybody in turn', () => {
    const said = talk(paced({ signalBurst: 4, signalsPerSecond: 10 }), ['ann', 'ben'], 4);
    expect(said).toEqual(['ann', 'ann', 'ann', 'ann']);
    vi.advanceTimersByTime(250);
    expect(said.slice(4)).toEqual(['ben', 'ben']);
    vi.advanceTimersByTime(10_000);
    expect(said.slice(4)).toEqual(['ben', 'ben', 'ben', 'ben']);
  });

  it('makes nobody wait for somebody who has much to say', () => {
    const said = talk(paced({ signalBurst: 1, signalsPerSecond: 10 }), ['ann', 'ben'], 4);
    vi.advanceTimersByTime(1_000);
    expect(said).toEqual(['ann', 'ann', 'ben', 'ann', 'ben', 'ann', 'ben', 'ben']);
  });

  it('holds everybody for as long as the server says, and has no burst left then', () => {
    const pace = paced({ signalBurst: 100, signalsPerSecond: 10 });
    pace.hold(5_000);
    const said = talk(pace, ['ann'], 10);
    vi.advanceTimersByTime(4_999);
    expect(said).toHaveLength(0);
    vi.advanceTimersByTime(302);
    expect(said).toHaveLength(4);
  });

  it('knows no bounds where the server has none, and holds all the same', () => {
    const pace = paced({});
    expect(talk(pace, ['ann'], 1_000)).toHaveLength(1_000);
    pace.hold(100);
    const said = talk(pace, ['ann'], 10);
    expect(said).toHaveLength(0);
    vi.advanceTimersByTime(101);
    expect(said).toHaveLength(10);
  });

  it('begins anew with each session', () => {
    const pace = paced({ signalBurst: 5, signalsPerSecond: 1 });
    expect(talk(pace, ['ann'], 9)).toHaveLength(5);
    pace.begin({ signalBurst: 5, signalsPerSecond: 1 });
    expect(talk(pace, ['ben'], 9)).toHaveLength(5);
  });
});

function paced(limits: Record<string, number>): Pace {
  const pace = new Pace(new Timers());
  pace.begin(limits);
  return pace;
}

/** Each has so many words, and says them as soon as it may; answers who said something, in order. */
function talk(pace: Pace, names: string[], words: number): string[] {
  const said: string[] = [];
  for (const name of names) {
    let left = words;
    const goOn = () => {
      for (; left > 0 && !pace.isSpent(goOn); left--) {
        said.push(name);
        pace.spend();
      }
    };
    goOn();
  }
  return said;
}
