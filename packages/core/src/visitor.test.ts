import { describe, expect, it } from 'vitest';
import { digestOf } from './visitor.ts';

describe('the digest of a token', () => {
  it('is the same for every spelling of one signature, and another for every other token', () => {
    const digest = digestOf('eyJh.eyJz.c2lnbmF0dXJl');
    expect(digestOf('eyJh.eyJz.c2lnbmF0dXJm')).toBe(digest);
    expect(digestOf('eyJh.eyJ0.c2lnbmF0dXJl')).not.toBe(digest);
    expect(digestOf('public-token-of-a-page-1')).not.toBe(digestOf('public-token-of-a-page-2'));
  });
});
