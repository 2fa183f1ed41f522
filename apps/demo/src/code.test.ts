import { describe, expect, it } from 'vitest';

import { readCode } from './code.ts';

describe('a code', () => {
  it.each([
    '7KMP-X2QD',
    '7kmp-x2qd',
    '7KMPX2QD',
    ' 7kmp x2qd ',
    '7KMP–X2QD',
    'http://localhost:8080/?token=t#7KMP-X2QD',
  ])('is read from "%s"', (text) => expect(readCode(text)).toBe('7KMP-X2QD'));

  it.each(['', '7KMP', '7KMP-X2Q', '7KMP-X2QDE', '7KMP-X2Q0', '7KMP-X2QI', 'https://example.org/'])(
    'is not read from "%s"',
    (text) => expect(readCode(text)).toBeUndefined(),
  );
});
