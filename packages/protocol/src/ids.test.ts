import { describe, expect, it } from 'vitest';

import { isId, isRealm, isRoomCode, ROOM_CODE_ALPHABET } from './ids.ts';

const printable = Array.from({ length: 0x7f - 0x20 }, (_, offset) => String.fromCharCode(0x20 + offset));
const forbidden = [' ', '"', "'", '\\', '{', '}'];

describe('ids', () => {
  it.each(printable)('decide about the character %j as documented', (character) => {
    expect(isId(character)).toBe(!forbidden.includes(character));
  });

  it.each(['', 'a'.repeat(129), 'a\n', 'a\u0000', 'é', '\u007f', 'a b'])('refuse %j', (text) => {
    expect(isId(text)).toBe(false);
  });

  it('may have 128 characters', () => {
    expect(isId('a'.repeat(128))).toBe(true);
  });

  it('need no escaping in JSON', () => {
    const all = printable.filter(isId).join('');

    expect(JSON.stringify(all)).toBe(`"${all}"`);
  });
});

describe('realms', () => {
  it.each([
    ['main', true],
    ['a-1', true],
    ['x'.repeat(32), true],
    ['x'.repeat(33), false],
    ['', false],
    ['Main', false],
    ['a/b', false],
    ['main\n', false],
  ])('%j: %s', (text, allowed) => {
    expect(isRealm(text)).toBe(allowed);
  });
});

describe('codes', () => {
  it('are made of 31 characters that cannot be confused, which gives 39.6 bits', () => {
    expect(new Set(ROOM_CODE_ALPHABET).size).toBe(31);
    expect(ROOM_CODE_ALPHABET).not.toMatch(/[01ILO]/);
    expect(Math.log2(31 ** 8)).toBeCloseTo(39.6, 1);
  });

  it('are of that alphabet and nothing else', () => {
    const inCodes = printable.filter((character) =>
      isRoomCode(`${character.repeat(4)}-${character.repeat(4)}`),
    );
    expect(inCodes.join('')).toBe(ROOM_CODE_ALPHABET);
  });

  it.each([
    ['K7QM-2XRA', true],
    ['K7QM2XRA', false],
    ['k7qm-2xra', false],
    ['K7QM-2XR', false],
    ['K7QM-2XR0', false],
    ['K7QM-2XRA\n', false],
    [' K7QM-2XRA', false],
  ])('%j: %s', (text, isCode) => {
    expect(isRoomCode(text)).toBe(isCode);
  });
});
