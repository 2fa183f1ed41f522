import { describe, expect, it } from 'vitest';

import { Matches } from './parley-matches.ts';
import type { Line } from './ports.ts';
import { Timers } from './timers.ts';

describe('who waits in queues', () => {
  it('is given a room that was found while away, if only one place fits', async () => {
    const { matches } = queues();
    const chess = matches.wait('chess', {});
    void matches.wait('bridge', { size: 4 });

    expect(matches.found({ room: 'm.1', capacity: 2 } as never, 'a table for two')).toBe(true);
    expect(await chess).toBe('a table for two');
  });

  it('is given none if several fit, and goes on waiting', () => {
    const { matches } = queues();
    void matches.wait('chess', {});
    void matches.wait('go', {});

    expect(matches.found({ room: 'm.1', capacity: 2 } as never, 'a table')).toBe(false);
    expect(matches.found({ room: 'm.1', capacity: 2, queue: 'go' } as never, 'a table')).toBe(true);
    expect(matches.size).toBe(1);
  });

  it('gives the place up when its request was said again after the wait was over', async () => {
    const { matches, said, answer } = queues();
    const chess = matches.wait('chess', {});
    await settled();
    matches.found({ room: 'm.1', capacity: 2 } as never, 'a table');
    await chess;
    answer({ type: 'waiting' });
    await settled();

    expect(said).toEqual(['match chess', 'unmatch chess']);
  });

  it('keeps the place otherwise', async () => {
    const { matches, said, answer } = queues();
    void matches.wait('chess', {});
    await settled();
    answer({ type: 'waiting' });
    await settled();

    expect(said).toEqual(['match chess']);
  });
});

function queues() {
  const said: string[] = [];
  let answer: (answer: object) => void = () => {};
  const request = ({ type, queue }: { type: string; queue: string }) => {
    said.push(`${type} ${queue}`);
    return new Promise((resolve) => (answer = resolve));
  };
  const matches = new Matches<string>({ request } as unknown as Line, new Timers());
  return { matches, said, answer: (what: object) => answer(what) };
}

/** All that is promised for now has come. */
const settled = () => new Promise((resolve) => setImmediate(resolve));
