import type { Realm } from '@parley/protocol';
import { describe, expect, it } from 'vitest';

import { publicTokens } from './public-tokens.ts';

const realm = 'main' as Realm;
const grants = { realm, codes: true, queues: ['*'], rooms: ['lobby'] };
const old = 'an-old.public_token~1';
const fresh = 'the-fresh-public-token';

describe('public tokens', () => {
  it('are accepted, each of them, as nobody in particular, with what the configuration grants', async () => {
    const verifier = publicTokens([old, fresh], grants);
    const accepted = {
      ok: true,
      identity: { realm, codes: true, queues: ['*'], rooms: ['lobby'] },
    };
    expect(await verifier.verify(old)).toEqual(accepted);
    expect(await verifier.verify(fresh)).toEqual(accepted);
  });

  it('are refused with token-unknown when well formed and unknown, prefixes and other cases too', async () => {
    const verifier = publicTokens([fresh], grants);
    for (const stranger of [old, fresh.slice(0, -1), `${fresh}x`, fresh.toUpperCase()]) {
      expect(await verifier.verify(stranger)).toEqual({ ok: false, kind: 'refused', close: 'token-unknown' });
    }
  });

  it('are malformed when absent, too short, too long, of other characters, or like a JWT', async () => {
    const verifier = publicTokens([fresh], grants);
    const malformed = [
      undefined,
      '',
      'x'.repeat(15),
      'x'.repeat(129),
      `${fresh} `,
      `${fresh}/`,
      `${fresh}é`,
      'eyJh.eyJz.c2ln-c2ln',
    ];
    for (const token of malformed)
      expect(await verifier.verify(token)).toEqual({ ok: false, kind: 'malformed' });
  });

  it('may have 16 to 128 characters and every character of [A-Za-z0-9._~-]', async () => {
    for (const token of ['x'.repeat(16), 'x'.repeat(128), 'aZ09._~-aZ09._~-']) {
      expect(await publicTokens([token], grants).verify(token)).toMatchObject({ ok: true });
    }
  });

  it('stop the start when one is none by its form, without being told in the message', () => {
    for (const bad of [
      'short-secret',
      'x'.repeat(129),
      'with spaces in the middle',
      'aaaaaaaa.bbbbbbbb.cccccccc',
    ]) {
      expect(() => publicTokens([fresh, bad], grants)).toThrow(/^public token 2 must be 16 to 128/);
      expect(() => publicTokens([fresh, bad], grants)).not.toThrow(bad);
    }
    expect(() => publicTokens([], grants)).toThrow('there is no public token');
  });
});
