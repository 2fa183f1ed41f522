import { createHmac, createSecretKey, generateKeyPairSync } from 'node:crypto';

import type { Realm } from '@parley/protocol';
import * as fc from 'fast-check';
import jwt from 'jsonwebtoken';
import { describe, expect, it } from 'vitest';

import { jwtVerifier, LEEWAY_MS } from './jwt-verifier.ts';
import { mint } from './mint.ts';

const realm = 'main' as Realm;
const secret = 'a-secret-of-at-least-thirty-two-bytes';
const now = Date.UTC(2026, 0, 1);
const nowS = now / 1000;
const hs256 = { algorithm: 'HS256', secret, realm, nowMs: () => now } as const;
const rsa = keyPair('RS256');
const otherRsa = keyPair('RS256');
const ec = keyPair('ES256');

const accepted = { ok: true, identity: { user: 'ada' } };
const malformed = { ok: false, kind: 'malformed' };
const refused = (close: string) => ({ ok: false, kind: 'refused', close });

/** Signed with the right secret, whatever it says. */
const signed = (claims: object, options: jwt.SignOptions = {}) =>
  jwt.sign({ sub: 'ada', exp: nowS + 60, iat: nowS, ...claims }, secret, { algorithm: 'HS256', ...options });
const verify = (token: string | undefined, options: object = {}) =>
  jwtVerifier({ ...hs256, ...options }).verify(token);
const base64url = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url');

describe('a JWT is accepted', () => {
  it('with HS256, RS256 and ES256, whichever is configured', async () => {
    const cases = [
      [jwtVerifier({ algorithm: 'HS256', secret, realm }), secret, 'HS256'],
      [
        jwtVerifier({ algorithm: 'RS256', publicKeys: [{ pem: rsa.publicKey }], realm }),
        rsa.privateKey,
        'RS256',
      ],
      [
        jwtVerifier({ algorithm: 'ES256', publicKeys: [{ pem: ec.publicKey }], realm }),
        ec.privateKey,
        'ES256',
      ],
    ] as const;
    for (const [verifier, key, algorithm] of cases) {
      expect(await verifier.verify(mint({ sub: 'ada' }, { algorithm, key }))).toMatchObject(accepted);
    }
  });

  it('as the identity that its claims say', async () => {
    const claims = {
      sub: 'ada',
      peer: 'ada/phone',
      realm: 'blue',
      rooms: ['lobby', 'team-*'],
      queues: ['*'],
      codes: true,
      meta: { n: [1] },
    };
    const token = mint(claims, { algorithm: 'HS256', key: secret, lifeMs: 60_000, nowMs: now });
    expect(await verify(token)).toEqual({
      ok: true,
      identity: {
        realm: 'blue',
        user: 'ada',
        peer: 'ada/phone',
        rooms: ['lobby', 'team-*'],
        queues: ['*'],
        codes: true,
        meta: '{"n":[1]}',
        expiresInMs: 60_000 + LEEWAY_MS,
      },
    });
  });

  it('with nothing but sub and exp: then it may do nothing, in the realm of the node', async () => {
    expect(await verify(signed({}))).toEqual({
      ok: true,
      identity: { realm, user: 'ada', rooms: [], queues: [], codes: false, expiresInMs: 60_000 + LEEWAY_MS },
    });
  });
});

describe('a JWT is refused', () => {
  it('past its exp by more than the leeway, and not before', async () => {
    const within = await verify(signed({ exp: nowS - LEEWAY_MS / 1000 + 1 }));
    expect(within).toMatchObject({ ...accepted, identity: { expiresInMs: 1000 } });
    expect(await verify(signed({ exp: nowS - LEEWAY_MS / 1000 }))).toEqual(refused('token-expired'));
  });

  it('before its nbf by more than the leeway, and not after', async () => {
    expect(await verify(signed({ nbf: nowS + LEEWAY_MS / 1000 }))).toMatchObject(accepted);
    expect(await verify(signed({ nbf: nowS + LEEWAY_MS / 1000 + 1 }))).toEqual(
      refused('token-not-yet-valid'),
    );
  });

  it('by another issuer, or by none when one is expected', async () => {
    const options = { issuer: 'https://id.example' };
    expect(await verify(signed({ iss: 'https://id.example' }), options)).toMatchObject(accepted);
    expect(await verify(signed({ iss: 'https://id.example.evil' }), options)).toEqual(
      refused('token-wrong-issuer'),
    );
    expect(await verify(signed({}), options)).toEqual(refused('token-wrong-issuer'));
  });

  it('for another audience, or for none when one is expected', async () => {
    const options = { audience: 'parley' };
    expect(await verify(signed({ aud: 'parley' }), options)).toMatchObject(accepted);
    expect(await verify(signed({ aud: ['mail', 'parley'] }), options)).toMatchObject(accepted);
    expect(await verify(signed({ aud: ['mail'] }), options)).toEqual(refused('token-wrong-audience'));
    expect(await verify(signed({}), options)).toEqual(refused('token-wrong-audience'));
  });

  it('signed with another key, or changed after it was signed', async () => {
    const token = signed({});
    const [header, , signature] = token.split('.');
    const forged = [header, base64url({ sub: 'root', exp: nowS + 60 }), signature].join('.');
    expect(await verify(token)).toMatchObject(accepted);
    expect(await verify(forged)).toEqual(refused('token-bad-signature'));
    expect(await verify(jwt.sign({ sub: 'ada', exp: nowS + 60 }, `${secret}.`))).toEqual(
      refused('token-bad-signature'),
    );
  });

  it('when its signature is wrong, whatever else is wrong too: a forger learns nothing about claims', async () => {
    const forged = jwt.sign({ sub: 'ada', exp: 1, iss: 'x' }, `${secret}.`);
    expect(await verify(forged, { issuer: 'https://id.example' })).toEqual(refused('token-bad-signature'));
  });

  it('unsecured (alg none), with or without something where the signature would be', async () => {
    const unsecured = jwt.sign({ sub: 'ada', exp: nowS + 60 }, '', { algorithm: 'none' });
    expect(await verify(unsecured)).toEqual(refused('token-wrong-algorithm'));
    expect(await verify(`${unsecured}${signed({}).split('.')[2]}`)).toEqual(refused('token-wrong-algorithm'));
    for (const alg of ['None', 'NONE', 'nOnE', '', null, 0]) {
      const token = `${base64url({ alg, typ: 'JWT' })}.${base64url({ sub: 'ada', exp: nowS + 60 })}.`;
      expect(await verify(token)).toEqual(refused('token-wrong-algorithm'));
    }
  });

  it('signed with HS256 and the public RSA key as the secret', async () => {
    const verifier = jwtVerifier({
      algorithm: 'RS256',
      publicKeys: [{ pem: rsa.publicKey }],
      realm,
      nowMs: () => now,
    });
    const confused = withHmac({ alg: 'HS256', typ: 'JWT' }, { sub: 'ada', exp: nowS + 60 }, rsa.publicKey);
    const misled = createSecretKey(Buffer.from(rsa.publicKey));
    expect(jwt.verify(confused, misled, { clockTimestamp: nowS })).toMatchObject({ sub: 'ada' });
    expect(await verifier.verify(confused)).toEqual(refused('token-wrong-algorithm'));
    expect(await verifier.verify(signed({}))).toEqual(refused('token-wrong-algorithm'));
    expect(
      await verifier.verify(jwt.sign({ sub: 'ada', exp: nowS + 60 }, rsa.privateKey, { algorithm: 'RS256' })),
    ).toMatchObject(accepted);
  });

  it('signed with a stronger algorithm than the configured one', async () => {
    expect(await verify(signed({}, { algorithm: 'HS512' }))).toEqual(refused('token-wrong-algorithm'));
  });

  it('with a critical extension that nobody here knows', async () => {
    const crit = signed({}, { header: { alg: 'HS256', crit: ['b64'] } });
    expect(jwt.verify(crit, secret, { clockTimestamp: nowS })).toMatchObject({ sub: 'ada' });
    expect(await verify(crit)).toEqual(refused('token-bad-signature'));
  });

  it.each([
    ['no exp', { exp: undefined }],
    ['an exp in words', { exp: 'tomorrow' }],
    ['an exp beyond counting', { exp: 1e300 }],
    ['an nbf in words', { nbf: 'yesterday' }],
    ['no sub', { sub: undefined }],
    ['a sub that is no id', { sub: 'ada lovelace' }],
    ['a sub too long', { sub: 'x'.repeat(129) }],
    ['a sub that is no text', { sub: 7 }],
    ['a peer that is no id', { peer: 'a{b}' }],
    ['a peer that is null', { peer: null }],
    ['rooms that are no list', { rooms: 'lobby' }],
    ['rooms that are null', { rooms: null }],
    ['a room that is no id', { rooms: ['a b'] }],
    ['a room that is no text', { rooms: [1] }],
    ['an empty queue name', { queues: [''] }],
    ['codes that are no boolean', { codes: 'true' }],
    ['meta over 1 KiB', { meta: 'x'.repeat(1023) }],
  ])('with %s', async (_, claims) => {
    const payload = Object.fromEntries(
      Object.entries({ sub: 'ada', exp: nowS + 60, ...claims }).filter(([, value]) => value !== undefined),
    );
    expect(await verify(withHmac({ alg: 'HS256', typ: 'JWT' }, payload, secret))).toEqual(
      refused('token-bad-claims'),
    );
  });

  it('with a realm that is none', async () => {
    for (const wrong of ['Main', 'a/b', '', 'x'.repeat(33), 1, null]) {
      expect(await verify(signed({ realm: wrong }))).toEqual(refused('token-wrong-realm'));
    }
    expect(await verify(signed({ realm: 'x'.repeat(32) }))).toMatchObject(accepted);
  });

  it('with claims that are no object', async () => {
    for (const payload of ['null', '[]', '"ada"', '7', 'no json']) {
      expect(await verify(jwt.sign(payload, secret))).toMatchObject({ ok: false });
    }
  });
});

describe('a JWT with meta', () => {
  it('may have exactly 1 KiB of it, counted in bytes', async () => {
    expect(await verify(signed({ meta: 'x'.repeat(1022) }))).toMatchObject(accepted);
    expect(await verify(signed({ meta: 'é'.repeat(511) }))).toMatchObject(accepted);
    expect(await verify(signed({ meta: 'é'.repeat(512) }))).toEqual(refused('token-bad-claims'));
    expect(await verify(signed({ meta: null }))).toMatchObject({ ok: true, identity: { meta: 'null' } });
  });
});

describe('the kid of a JWT', () => {
  const verifier = (...publicKeys: readonly { kid?: string; pem: string }[]) =>
    jwtVerifier({ algorithm: 'RS256', publicKeys, realm });
  const token = (kid?: string) =>
    mint({ sub: 'ada' }, { algorithm: 'RS256', key: rsa.privateKey, ...(kid !== undefined && { kid }) });
  const a = { kid: 'a', pem: rsa.publicKey };
  const b = { kid: 'b', pem: otherRsa.publicKey };

  it('chooses the key', async () => {
    expect(await verifier(a, b).verify(token('a'))).toMatchObject(accepted);
    expect(await verifier(a, b).verify(token('b'))).toEqual(refused('token-bad-signature'));
  });

  it('must be one that is known, and must be there, when every key has a name', async () => {
    expect(await verifier(a, b).verify(token('c'))).toEqual(refused('token-unknown-key'));
    expect(await verifier(a, b).verify(token('__proto__'))).toEqual(refused('token-unknown-key'));
    expect(await verifier(a, b).verify(token())).toEqual(refused('token-unknown-key'));
  });

  it('does not matter to keys without a name, of which each is tried', async () => {
    const verifying = verifier(b, { pem: otherRsa.publicKey }, { pem: rsa.publicKey });
    expect(await verifying.verify(token())).toMatchObject(accepted);
    expect(await verifying.verify(token('c'))).toMatchObject(accepted);
    expect(await verifying.verify(token('b'))).toEqual(refused('token-bad-signature'));
  });
});

describe('what is no JWT is malformed', () => {
  it('when it is absent, not three parts, or its header is not that of a JWT', async () => {
    const [header, payload, signature] = signed({}).split('.');
    const garbage = [
      undefined,
      '',
      'a.b',
      `${header}.${payload}`,
      `${signed({})}.x`,
      `${header}.pay load.${signature}`,
      'a.b.c',
      'e30.e30.e30',
      `${base64url('text')}.e30.e30`,
    ];
    for (const token of garbage) expect(await verify(token)).toMatchObject({ ok: false });
    expect(await verify('a.b.c')).toEqual(malformed);
    expect(await verify(undefined)).toEqual(malformed);
  });

  it('when it has more than 4 KiB', async () => {
    const filler = (chars: number) => signed({ filler: 'x'.repeat(chars) });
    const atLimit = filler(2900);
    expect(atLimit.length).toBeLessThanOrEqual(4096);
    expect(await verify(atLimit)).toMatchObject(accepted);
    const above = filler(3000);
    expect(above.length).toBeGreaterThan(4096);
    expect(await verify(above)).toEqual(malformed);
  });

  it('when its header is JSON, and no object', async () => {
    for (const header of [null, 7, 'text', true])
      expect(await verify(`${base64url(header)}.e30.e30`)).toEqual(malformed);
    expect(await verify(`${base64url([])}.e30.e30`)).toEqual(refused('token-wrong-algorithm'));
    expect(await verify(withHmac({ alg: 'HS256' }, { sub: 'ada', exp: nowS + 60 }, secret))).toMatchObject(
      accepted,
    );
  });

  it('but not when its header is large, deep, or says what nobody asked for', async () => {
    const payload = { sub: 'ada', exp: nowS + 60 };
    const deep: unknown = JSON.parse(`${'['.repeat(1_200)}${']'.repeat(1_200)}`);
    const odd = {
      kid: 'x'.repeat(2_000),
      jku: 'https://evil.example',
      jwk: { kty: 'oct', k: 'AA' },
      x: deep,
    };
    for (const [name, value] of Object.entries(odd)) {
      const token = withHmac({ alg: 'HS256', typ: 'JWT', [name]: value }, payload, secret);
      expect(await verify(token)).toMatchObject(accepted);
    }
  });

  it('and no claims make the verifier throw, be they ever so well signed', async () => {
    const names = ['sub', 'exp', 'nbf', 'iss', 'aud', 'peer', 'realm', 'rooms', 'queues', 'codes', 'meta'];
    const claims = fc.dictionary(fc.constantFrom(...names, '__proto__', 'toJSON'), fc.jsonValue());
    await fc.assert(
      fc.asyncProperty(claims, fc.dictionary(fc.string(), fc.jsonValue()), async (said, header) => {
        const token = withHmac({ ...header, alg: 'HS256' }, { sub: 'ada', exp: nowS + 60, ...said }, secret);
        expect(await verify(token, { issuer: 'i', audience: 'a' })).toHaveProperty('ok');
        expect(await verify(token)).toHaveProperty('ok');
      }),
    );
  });

  it('and nothing a stranger sends makes the verifier throw', async () => {
    const part = fc.oneof(
      fc.json().map((text) => Buffer.from(text).toString('base64url')),
      fc.base64String(),
      fc.string(),
    );
    await fc.assert(
      fc.asyncProperty(part, part, part, async (...parts) => {
        expect(await verify(parts.join('.'))).toMatchObject({ ok: false });
      }),
    );
    const deep = jwt.sign(
      `{"sub":"ada","exp":${nowS + 60},"meta":${'['.repeat(1400)}${']'.repeat(1400)}}`,
      secret,
      {
        header: { alg: 'HS256', typ: 'JWT' },
      },
    );
    expect(await verify(deep)).toEqual(refused('token-bad-claims'));
  });
});

describe('a JWT verifier does not start', () => {
  const rs256 = (pem: string) => () => jwtVerifier({ algorithm: 'RS256', publicKeys: [{ pem }], realm });
  const es256 = (pem: string) => () => jwtVerifier({ algorithm: 'ES256', publicKeys: [{ pem }], realm });

  it('with a secret under 32 bytes', () => {
    expect(() => jwtVerifier({ ...hs256, secret: 'x'.repeat(31) })).toThrow('32 bytes');
    expect(() => jwtVerifier({ ...hs256, secret: 'x'.repeat(32) })).not.toThrow();
  });

  it('with keys that do not fit the algorithm', () => {
    expect(rs256(ec.publicKey)).toThrow('does not fit RS256');
    expect(rs256(keyPair('RS256', { rsaBits: 1024 }).publicKey)).toThrow('does not fit RS256');
    expect(es256(rsa.publicKey)).toThrow('does not fit ES256');
    expect(es256(keyPair('ES256', { curve: 'P-384' }).publicKey)).toThrow('does not fit ES256');
    expect(es256(ec.publicKey)).not.toThrow();
  });

  it('with no key, a private key, something else, or two keys of one name', () => {
    const pem = rsa.publicKey;
    expect(() => jwtVerifier({ algorithm: 'RS256', publicKeys: [], realm })).toThrow('needs a public key');
    expect(rs256(rsa.privateKey)).toThrow('the JWT key is a private key');
    expect(rs256('hello')).toThrow('not a public key in PEM');
    const twice = [
      { kid: 'a', pem },
      { kid: 'a', pem },
    ];
    expect(() => jwtVerifier({ algorithm: 'RS256', publicKeys: twice, realm })).toThrow('the same name: a');
  });
});

/** A fresh pair, as the PEM texts that a node and a backend would have. */
function keyPair(
  algorithm: 'RS256' | 'ES256',
  { rsaBits = 2048, curve = 'P-256' } = {},
): { publicKey: string; privateKey: string } {
  const publicKeyEncoding = { type: 'spki', format: 'pem' } as const;
  const privateKeyEncoding = { type: 'pkcs8', format: 'pem' } as const;
  return algorithm === 'RS256'
    ? generateKeyPairSync('rsa', { modulusLength: rsaBits, publicKeyEncoding, privateKeyEncoding })
    : generateKeyPairSync('ec', { namedCurve: curve, publicKeyEncoding, privateKeyEncoding });
}

/** A token that no well-meaning library would make. */
function withHmac(header: object, payload: object, key: string): string {
  const content = `${base64url(header)}.${base64url(payload)}`;
  return `${content}.${createHmac('sha256', key).update(content).digest('base64url')}`;
}
