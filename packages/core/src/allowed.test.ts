import { describe, expect, it } from 'vitest';
import { isAllowed } from './allowed.ts';

describe('what a token allows', () => {
  it.each([
    [['stage'], 'stage', true],
    [['stage'], 'stage-2', false],
    [['team-*'], 'team-red', true],
    [['team-*'], 'team-', true],
    [['team-*'], 'my-team-red', false],
    [['*'], 'anything', true],
    [[], 'stage', false],
    [['a', 'b*'], 'bee', true],
    [['st*ge'], 'stage', false],
  ])('%j allows %s: %s', (allowed, name, isSo) => {
    expect(isAllowed(allowed, name)).toBe(isSo);
  });
});
