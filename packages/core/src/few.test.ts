import { describe, expect, it } from 'vitest';
import { Few } from './few.ts';

describe('a set of few', () => {
  it('has each of its members once, in the order they came', () => {
    const few = new Few<string>().add('a').add('b').add('a');
    expect([...few]).toEqual(['a', 'b']);
    expect([few.size, few.has('b'), few.has('c')]).toEqual([2, true, false]);
  });

  it('says whether there was something to take away', () => {
    const few = new Few<string>().add('a');
    expect([few.delete('a'), few.delete('a'), few.size]).toEqual([true, false, 0]);
    expect([...few.add('b')]).toEqual(['b']);
  });

  it('may be changed while one walks through it', () => {
    const few = new Few<string>().add('a').add('b').add('c');
    const seen = [];
    for (const key of few) {
      seen.push(key);
      few.delete(key);
    }
    expect(seen).toEqual(['a', 'b', 'c']);
    expect(few.size).toBe(0);
  });

  it('shares nothing with another, empty or not', () => {
    const [one, other] = [new Few<string>(), new Few<string>()];
    one.add('a');
    expect(other.size).toBe(0);
  });
});
