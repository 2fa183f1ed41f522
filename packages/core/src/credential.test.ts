import { type PeerId, readSubprotocols, writeResumeToken, writeSubprotocols } from '@parley/protocol';
import { describe, expect, it } from 'vitest';
import { bearerOf, comebackOf } from './credential.ts';
import { requestOf } from './testing/samples.ts';

const SECRET = '0123456789abcdef'.repeat(2);
const TOKEN = writeResumeToken('bob' as PeerId, SECRET);
const OTHER = writeResumeToken('eve' as PeerId, SECRET);

describe('the proof of an earlier session', () => {
  it.each(['resume', 'restart'] as const)('may come as a subprotocol or in the query, to %s', (as) => {
    const expected = { as, peer: 'bob', secret: SECRET };
    expect(read({ [as]: TOKEN })).toEqual(expected);
    expect(read({}, `${as}=${TOKEN}`)).toEqual(expected);
  });

  it('is that of the subprotocol if there are two, and to go on rather than to start anew', () => {
    expect(read({ resume: TOKEN }, `resume=${OTHER}`)).toMatchObject({ peer: 'bob' });
    expect(read({ restart: OTHER }, `resume=${TOKEN}`)).toMatchObject({ as: 'resume', peer: 'bob' });
  });

  it.each([
    '',
    'bob',
    `.${SECRET}`,
    SECRET,
    `${TOKEN}0`,
    TOKEN.toUpperCase(),
    `${TOKEN} `,
    `${TOKEN}.${SECRET}`,
    'Ym9i.',
    'B.' + SECRET,
    encodeURIComponent('bob/../eve.') + SECRET,
  ])('is nothing when it is not one: %j', (text) => {
    expect(read({}, `resume=${text}`)).toBeUndefined();
    expect(read({}, `restart=${text}`)).toBeUndefined();
  });

  it('is nothing when nobody brought one', () => {
    expect(read({}, 'token=x')).toBeUndefined();
  });
});

describe('a bearer token', () => {
  it.each([
    ['Bearer abc', 'abc'],
    ['bearer   abc  ', 'abc'],
    ['Basic abc', undefined],
    ['Bearer a b', undefined],
    ['Bearer', undefined],
  ])('is what stands behind the scheme: %s', (header, token) => {
    expect(bearerOf(header)).toBe(token);
  });
});

function read(parts: Parameters<typeof writeSubprotocols>[0], query = '') {
  return comebackOf(requestOf({}, { query }), readSubprotocols(writeSubprotocols(parts).join(', ')));
}
