import { describe, expect, it } from 'vitest';

import { Inbox, MOST_AHEAD } from './inbox.ts';

describe('an inbox', () => {
  it('hands on in the order of the numbers', () => {
    const inbox = new Inbox<string>();

    expect(inbox.take(2, 'b')).toEqual([]);
    expect(inbox.take(3, 'c')).toEqual([]);
    expect(inbox.upTo).toBe(0);
    expect(inbox.take(1, 'a')).toEqual(['a', 'b', 'c']);
    expect(inbox.upTo).toBe(3);
  });

  it('hands each on once, whatever is said under its number later', () => {
    const inbox = new Inbox<string>();
    inbox.take(2, 'b');

    expect(inbox.take(2, 'B')).toEqual([]);
    expect(inbox.take(1, 'a')).toEqual(['a', 'b']);
    expect(inbox.take(1, 'A')).toEqual([]);
    expect(inbox.take(0, 'zero')).toEqual([]);
  });

  it('hands on numbers without anything under them', () => {
    const inbox = new Inbox<string | undefined>();

    expect(inbox.take(1, undefined)).toEqual([undefined]);
    expect(inbox.upTo).toBe(1);
  });

  it('holds only so much that is ahead', () => {
    const inbox = new Inbox<number>();
    for (let seq = 2; seq < MOST_AHEAD * 4; seq++) inbox.take(seq, seq);

    expect(inbox.take(1, 1)).toHaveLength(MOST_AHEAD);
  });

  it('drops what was held when its sender has given it up', () => {
    const inbox = new Inbox<string | undefined>();
    inbox.take(2, 'given up');
    inbox.dropAhead();

    expect(inbox.take(1, 'a')).toEqual(['a']);
    expect(inbox.take(2, undefined)).toEqual([undefined]);
  });
});
