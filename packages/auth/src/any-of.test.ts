import type { Realm } from '@parley/protocol';
import { describe, expect, it } from 'vitest';

import { anyOf } from './any-of.ts';
import { jwtVerifier } from './jwt-verifier.ts';
import { mint } from './mint.ts';
import { openVerifier } from './open-verifier.ts';
import { publicTokens } from './public-tokens.ts';

const realm = 'main' as Realm;
const secret = 'a-secret-of-at-least-thirty-two-bytes';
const shared = 'a-public-token-here';

const jwt = jwtVerifier({ algorithm: 'HS256', secret, realm });
const open = openVerifier({ realm });
const grants = { realm, codes: true, queues: [], rooms: [] };
const publicOnes = publicTokens([shared], grants);
const good = mint({ sub: 'ada' }, { algorithm: 'HS256', key: secret });
const expired = mint({ sub: 'ada' }, { algorithm: 'HS256', key: secret, lifeMs: -60_000 });

const AS_ADA = { ok: true, identity: { user: 'ada' } };
const AS_NOBODY = { ok: true, identity: grants };

describe('anyOf', () => {
  it.each([
    ['public tokens first', [publicOnes, jwt]],
    ['JWTs first', [jwt, publicOnes]],
  ])('gives each kind of token to its verifier, whatever the order: %s', async (_, verifiers) => {
    const verifier = anyOf(verifiers);
    expect(await verifier.verify(good)).toMatchObject(AS_ADA);
    expect(await verifier.verify(shared)).toEqual(AS_NOBODY);
    expect(await verifier.verify(expired)).toEqual({ ok: false, kind: 'refused', close: 'token-expired' });
    expect(await verifier.verify('another-public-token')).toEqual({
      ok: false,
      kind: 'refused',
      close: 'token-unknown',
    });
    expect(await verifier.verify('?!')).toEqual({ ok: false, kind: 'malformed' });
    expect(await verifier.verify(undefined)).toEqual({ ok: false, kind: 'malformed' });
  });

  it('takes a token of a kind that nobody here verifies for malformed', async () => {
    expect(await anyOf([publicOnes]).verify(good)).toEqual({ ok: false, kind: 'malformed' });
    expect(await anyOf([jwt]).verify(shared)).toEqual({ ok: false, kind: 'malformed' });
    expect(await anyOf([]).verify(shared)).toEqual({ ok: false, kind: 'malformed' });
  });

  it('lets somebody in without a token only where "none" is on the list, and no refused token through it', async () => {
    const verifier = anyOf([jwt, publicOnes, open]);
    expect(await verifier.verify(undefined)).toMatchObject({ ok: true });
    expect(await verifier.verify(good)).toMatchObject(AS_ADA);
    expect(await verifier.verify(expired)).toMatchObject({ close: 'token-expired' });
  });
});

describe('openVerifier', () => {
  it('allows everything in its realm, with or without a token', async () => {
    const identity = { realm, codes: true, rooms: ['*'], queues: ['*'] };
    expect(await open.verify(undefined)).toEqual({ ok: true, identity });
    expect(await open.verify('anything at all')).toEqual({ ok: true, identity });
  });
});
