import { describe, expect, it } from 'vitest';
import type { Realm, RoomId } from '@parley/protocol';
import { isAllowed, matchedRoom, maySit } from './allowed.ts';

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

describe('a seat that its peer has already', () => {
  const token = { realm: 'main' as Realm, queues: [], rooms: ['team-*'], codes: false };
  const matched = matchedRoom('0123456789abcdef0123456789abcdef');

  it.each([
    ['in a room that the token names', token, 'team-red', true],
    ['in a room that it does not', token, 'stage', false],
    ['in a room with a code, and it may have none', { ...token, rooms: ['*'] }, '5A3N-V9ZR', false],
    ['in a room with a code, and it may have one', { ...token, rooms: [], codes: true }, '5A3N-V9ZR', true],
    ['in the room of a match, which no token names', { ...token, rooms: [] }, matched, true],
    ['in a room that is only called so', token, 'match-point', false],
  ])('%s', (_where, identity, room, isSo) => {
    expect(maySit(identity, room as RoomId)).toBe(isSo);
  });
});
