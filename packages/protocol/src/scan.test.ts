import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { scan } from './scan.ts';

describe('a scan', () => {
  it('finds where each member stands, and how many members it has itself', () => {
    const text = ' {"a" : {"x":1,"y":[{"z":2}]} ,"b\\"":"}{:,\\\\","c":[1,2]} ';

    const members = scan(text, 32) ?? [];

    expect(members.map(({ name, start, end, size }) => [name, text.slice(start, end), size])).toEqual([
      ['a', ' {"x":1,"y":[{"z":2}]} ', 2],
      ['b\\"', '"}{:,\\\\"', 0],
      ['c', '[1,2]', 0],
    ]);
  });

  it.each(['', '[]', '[{"a":1}]', '1', '"a:b"', 'null', '{}', '{ }'])('finds no members in %j', (text) => {
    expect(scan(text, 32)).toEqual([]);
  });

  it('bounds the depth, its own braces counted', () => {
    expect(scan('{"a":[[]]}', 3)).toHaveLength(1);
    expect(scan('{"a":[[[]]]}', 3)).toBeUndefined();
  });

  it('counts no brackets inside strings', () => {
    expect(scan('{"a":"[[[[[["}', 1)).toHaveLength(1);
  });

  it('agrees with JSON.parse about every object, however it is spaced', () => {
    fc.assert(
      fc.property(fc.dictionary(fc.string(), fc.jsonValue({ maxDepth: 4 })), fc.nat(3), (object, space) => {
        const text = JSON.stringify(object, null, space);
        const members = scan(text, 1_000) ?? [];

        expect(members.map(({ name }) => JSON.parse(`"${name}"`) as string)).toEqual(Object.keys(object));
        for (const [index, value] of Object.values(object).entries()) {
          const member = members[index];
          expect(JSON.stringify(JSON.parse(text.slice(member?.start, member?.end)))).toBe(
            JSON.stringify(value),
          );
          expect(isObject(value) ? member?.size : 0).toBe(isObject(value) ? Object.keys(value).length : 0);
        }
      }),
    );
  });

  it('says of every value exactly how deep it is', () => {
    fc.assert(
      fc.property(fc.jsonValue({ maxDepth: 8 }), (inner) => {
        const value = { inner };
        const text = JSON.stringify(value);
        const depth = depthOf(value);

        expect(scan(text, depth)).toBeDefined();
        expect(scan(text, depth - 1)).toBeUndefined();
      }),
    );
  });

  it.each([
    ['backslashes', `{"a":"${'\\'.repeat(1_000_000)}`],
    ['quotes behind backslashes', `{"a":"${'\\"'.repeat(500_000)}`],
    ['open quotes', '"'.repeat(1_000_001)],
    ['commas', `{${','.repeat(1_000_000)}`],
  ])('takes linear time over a megabyte of %s', (_, text) => {
    const startedAt = performance.now();
    scan(text, 32);

    expect(performance.now() - startedAt).toBeLessThan(2_000);
  });
});

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function depthOf(value: unknown): number {
  if (typeof value !== 'object' || value === null) return 0;
  return 1 + Math.max(0, ...Object.values(value).map(depthOf));
}
