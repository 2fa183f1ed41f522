import { createHash } from 'node:crypto';

import { describe, expect, it } from 'vitest';

import { createPseudonyms, PSEUDONYM_PATTERN } from './pseudonyms.ts';

const key = 'a key that the nodes of one cluster share';
const address = '198.51.77.203';

describe('a pseudonym', () => {
  it('is the same for the same id under the same key, on whichever node', () => {
    const [one, two] = [named({ key }), named({ key })];
    expect(one(address)).toBe(two(address));
    expect(one(address)).toMatch(PSEUDONYM_PATTERN);
    expect(one('somebody')).not.toBe(one('somebody else'));
  });

  it('is another one under another key, and after a restart without one', () => {
    const names = [{ key }, { key: `${key}.` }, {}, {}].map((options) => named(options)(address));
    expect(new Set(names).size).toBe(4);
  });

  it.each(['ab', '203', address, 'x'.repeat(10_000)])('has nothing of its id in it, nor its length', (id) => {
    expect(named({ key })(id)).toHaveLength(24);
    expect(named({ key })(id)).not.toContain(id);
  });

  it('is not undone by trying every address there is, as a plain hash is', () => {
    const plainHash = (text: string) => createHash('sha256').update(text).digest('hex').slice(0, 24);
    const keyed = named({ key });
    expect(undone(plainHash(address), plainHash)).toBe(address);
    expect(undone(keyed(address), plainHash)).toBeUndefined();
    expect(undone(keyed(address), named({}))).toBeUndefined();
    // The search is able to find it, too: whoever has the key can.
    expect(undone(keyed(address), keyed)).toBe(address);
  });

  it('needs a key that is worth one', () => {
    expect(() => named({ key: 'x'.repeat(31) })).toThrow(RangeError);
    expect(() => named({ key: 'x'.repeat(32) })).not.toThrow();
  });
});

describe('an address in a log', () => {
  it('is its pseudonym', () => {
    const names = createPseudonyms({ key, addresses: false });
    expect(names.address(address)).toBe(names.of(address));
  });

  it('stands there as it is only where that was asked for, and other ids do not even then', () => {
    const names = createPseudonyms({ key, addresses: true });
    expect(names.address(address)).toBe(address);
    expect(names.of('a-peer')).toBe(named({ key })('a-peer'));
  });
});

/** What ids are called; callers may take the function off its object. */
function named(options: { readonly key?: string }): (id: string) => string {
  const names = createPseudonyms({ ...options, addresses: false });
  return (id) => names.of.call(undefined, id);
}

/** Tries every address of a /16, as somebody would who has found a log. */
function undone(pseudonym: string, nameOf: (address: string) => string): string | undefined {
  for (let n = 0; n < 65_536; n += 1) {
    const guess = `198.51.${n >> 8}.${n & 255}`;
    if (nameOf(guess) === pseudonym) return guess;
  }
  return undefined;
}
