import { describe, expect, it } from 'vitest';

import { endText } from './words.ts';

describe('why a visit ended', () => {
  it('tells a token that is missing from one that has expired and from one that is wrong', () => {
    expect(endText('credential-missing')).toMatch(/wants a token/);
    expect(endText('token-expired')).toMatch(/has expired/);
    for (const code of ['credential-malformed', 'token-unknown', 'token-bad-signature'])
      expect(endText(code)).toMatch(/does not take the token/);
  });

  it('names a code that it has no words for, and says when to try again', () => {
    expect(endText('brand-new', 1_001)).toBe(
      'The server said no (brand-new). Please try again in 2 seconds.',
    );
  });
});
