import { describe, expect, it } from 'vitest';

import { readSubprotocols, writeSubprotocols } from './subprotocol.ts';

describe('subprotocols', () => {
  it.each([
    [undefined, { offered: [], version: undefined }],
    ['', { offered: [], version: undefined }],
    ['parley.v1', { offered: ['parley.v1'], version: 'parley.v1' }],
    ['chat', { offered: ['chat'], version: 'unsupported' }],
    ['parley.v2, parley.v1', { offered: ['parley.v2', 'parley.v1'], version: 'parley.v1' }],
    ['parley.token.T', { offered: ['parley.token.T'], version: 'unsupported', token: 'T' }],
    [
      ' parley.v1 ,,parley.token.a.b-c, parley.resume.R,parley.token.second',
      {
        offered: ['parley.v1', 'parley.token.a.b-c', 'parley.resume.R', 'parley.token.second'],
        version: 'parley.v1',
        token: 'a.b-c',
        resume: 'R',
      },
    ],
    [
      'parley.v1,parley.restart.R',
      { offered: ['parley.v1', 'parley.restart.R'], version: 'parley.v1', restart: 'R' },
    ],
    ['parley.v1,parley.token.', { offered: ['parley.v1', 'parley.token.'], version: 'parley.v1', token: '' }],
  ])('%j is read', (header, expected) => {
    expect(readSubprotocols(header)).toEqual(expected);
  });

  it('as a client writes them are read back', () => {
    const written = writeSubprotocols({ token: 'T', resume: 'R' });

    expect(readSubprotocols(written.join(', '))).toEqual({
      offered: written,
      version: 'parley.v1',
      token: 'T',
      resume: 'R',
    });
  });
});
