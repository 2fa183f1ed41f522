import { describe, expect, it } from 'vitest';

import { outline } from './qr-code.ts';

describe('the outline of a QR code', () => {
  it('is one rectangle for modules that stand side by side', () => {
    expect(outline([[true, true, false, true]])).toBe('M0 0h2v1h-2zM3 0h1v1h-1z');
  });

  it('has a row for each row, and nothing for what is light', () => {
    expect(
      outline([
        [false, false],
        [false, true],
      ]),
    ).toBe('M1 1h1v1h-1z');
    expect(outline([])).toBe('');
  });
});
