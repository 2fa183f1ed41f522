import { describe, expect, it } from 'vitest';

import { readCode, readInvitation } from './code.ts';

const KEY = 'q'.repeat(43);

describe('readCode() takes a code', () => {
  it.each([
    ['as it is', 'K7QM-2XRA', 'K7QM-2XRA'],
    ['in lower case', 'k7qm-2xra', 'K7QM-2XRA'],
    ['without the dash', 'k7qm2xra', 'K7QM-2XRA'],
    ['with spaces', '  k7 qm 2x ra ', 'K7QM-2XRA'],
    ['with the dash of a text processor', 'K7QM – 2XRA', 'K7QM-2XRA'],
    ['at the end of a link', 'https://demo.example/?x=1#K7QM-2XRA', 'K7QM-2XRA'],
    ['with the key of a secret room', `https://demo.example/#k7qm-2xra.${KEY}`, `K7QM-2XRA.${KEY}`],
  ])('%s', (_how, text, code) => {
    expect(readCode(text)).toBe(code);
  });

  it.each([
    'lobby',
    'K7QM-2XR',
    'K7QM-2XRAA',
    'K0QM-2XRA',
    'K1QM-2XRL',
    '',
    'https://demo.example/',
    'K7QM-2XRA.short',
    `K7QM-2XRA.${KEY}.x`,
  ])('and nothing else: %j', (text) => {
    expect(readCode(text)).toBeUndefined();
  });
});

describe('readInvitation()', () => {
  it.each([
    `K7QM-2XRA.${KEY}`,
    `k7qm-2xra.${KEY}`,
    `K7QM2XRA.${KEY}`,
    ` K7QM-2XRA.${KEY} `,
    `https://demo.example/?x=1#k7qm-2xra.${KEY}`,
  ])('takes the key off a code: %j', (text) => {
    expect(readInvitation(text)).toEqual({ room: 'K7QM-2XRA', key: KEY });
  });

  it.each([
    `K7QM-2XRA.${KEY.slice(1)}`,
    `K7QM-2XRA.${KEY})`,
    `k7qm-2xra.${KEY}&x=1`,
    `K7QM2XRA.${KEY}.x`,
    `https://demo.example/#K7QM-2XRA.${KEY.slice(2)}`,
    'K7QM-2XRA.',
  ])('takes nothing that is damaged for the name of a room: %j', (text) => {
    expect(() => readInvitation(text)).toThrow(expect.objectContaining({ code: 'room-not-found' }));
  });

  it.each(['K7QM-2XRA', 'lobby', 'team.lobby', `lobby.${KEY}`, 'k7qm-2xra', 'research.team'])(
    'leaves %j as it is',
    (room) => {
      expect(readInvitation(room)).toEqual({ room });
    },
  );
});
