import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';

import { Timers } from './timers.ts';
import { onWake } from './wake.ts';

describe('what wakes a line', () => {
  let over: AbortController;
  const page = new EventTarget();
  const document = Object.assign(new EventTarget(), { visibilityState: 'visible' });
  const connection = Object.assign(new EventTarget(), { type: 'wifi' });
  const told: string[] = [];

  beforeEach(() => {
    vi.useFakeTimers();
    vi.stubGlobal('addEventListener', page.addEventListener.bind(page));
    vi.stubGlobal('document', document);
    vi.stubGlobal('navigator', { connection });
    told.length = 0;
    over = new AbortController();
    onWake((why) => told.push(why), new Timers(), over.signal);
  });
  afterEach(() => {
    over.abort();
    vi.useRealTimers();
    vi.unstubAllGlobals();
  });

  const look = () => document.dispatchEvent(new Event('visibilitychange'));
  const online = () => page.dispatchEvent(new Event('online'));
  const change = () => connection.dispatchEvent(new Event('change'));
  const after = (...events: (() => unknown)[]) => {
    for (const event of events) event();
    vi.advanceTimersByTime(1_000);
    return told.splice(0);
  };

  it('says why, and of several reasons within a moment the one that is more', () => {
    expect(after(look)).toEqual(['shown']);
    expect(after(online)).toEqual(['network']);
    expect(after(look, online, look)).toEqual(['network']);
    expect(after(online, look)).toEqual(['network']);
    expect(after(look, look)).toEqual(['shown']);
  });

  it('is another network, and not another estimate of its speed', () => {
    expect(after(change)).toEqual(['shown']);
    connection.type = 'cellular';
    expect(after(change)).toEqual(['network']);
    expect(after(change)).toEqual(['shown']);
  });
});
