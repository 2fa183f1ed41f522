import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import type { PeerId } from './ids.ts';
import { readResumeToken, writeResumeToken } from './resume-token.ts';
import { readSubprotocols, writeSubprotocols } from './subprotocol.ts';

const SECRET = '0123456789abcdef0123456789abcdef';
const LONGEST = 'p'.repeat(128) as PeerId;
const written = writeResumeToken('p.3Ld9xTz1' as PeerId, SECRET);

describe('a resume token', () => {
  it('is the peer in base64url, a dot, and the secret', () => {
    expect(written).toBe(`cC4zTGQ5eFR6MQ.${SECRET}`);
    expect(readResumeToken(written)).toEqual({ peer: 'p.3Ld9xTz1', secret: SECRET });
  });

  it('of any peer is read back, and fits a subprotocol and a query as it is', () => {
    fc.assert(
      fc.property(
        fc.stringMatching(/^[!#-&(-[\]-z|~]{1,128}$/),
        fc.stringMatching(/^[0-9a-f]{32}$/),
        (peer, secret) => {
          const resume = writeResumeToken(peer as PeerId, secret);

          expect(readResumeToken(resume)).toEqual({ peer, secret });
          expect(readSubprotocols(writeSubprotocols({ resume }).join(',')).resume).toBe(resume);
          expect(encodeURIComponent(resume)).toBe(resume);
        },
      ),
    );
  });

  it('takes 204 characters at the most', () => {
    expect(writeResumeToken(LONGEST, SECRET)).toHaveLength(204);
    expect(readResumeToken(writeResumeToken(LONGEST, SECRET))).toBeDefined();
  });

  it.each([
    ['nothing', ''],
    ['no secret', written.split('.')[0]],
    ['an empty secret', 'cC4zTGQ5eFR6MQ.'],
    ['no peer', `.${SECRET}`],
    ['a secret that is too short', written.slice(0, -1)],
    ['a secret that is too long', `${written}0`],
    ['a secret in capitals', written.toUpperCase()],
    ['a secret that is not hex', `${written.slice(0, -1)}g`],
    ['a line end', `${written}\n`],
    ['a space before it', ` ${written}`],
    ['padding', `cC4zTGQ5eFR6MQ==.${SECRET}`],
    ['the alphabet of base64', `+/+/.${SECRET}`],
    ['one character too many', `cC4zA.${SECRET}`],
    ['bits that nobody wrote', `cC4zTGQ5eFR6MR.${SECRET}`],
    ['a peer with a space', `${btoa('a b')}.${SECRET}`],
    ['a peer with a control character', `${btoa('a\u0000b')}.${SECRET}`],
    ['a peer outside ASCII', `${btoa('a\u00e9b')}.${SECRET}`],
    ['a peer that is too long', `${btoa('p'.repeat(129))}.${SECRET}`],
  ])('with %s is none', (_, text = '') => {
    expect(readResumeToken(text)).toBeUndefined();
  });

  it('of a megabyte is none, and takes no time', () => {
    const startedAt = performance.now();

    expect(readResumeToken('A'.repeat(1_000_000))).toBeUndefined();
    expect(performance.now() - startedAt).toBeLessThan(1_000);
  });

  it('of any text never throws', () => {
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string(),
          fc.string().map((text) => `${text}.${SECRET}`),
        ),
        (text) => {
          const read = readResumeToken(text);
          expect(read && writeResumeToken(read.peer, read.secret)).toBe(read && text);
        },
      ),
    );
  });
});
