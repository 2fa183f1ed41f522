import { generateKeyPairSync } from 'node:crypto';

import { describe, expect, it } from 'vitest';

import { readKeySet } from './key-set.ts';
import { signer } from './testing/signer.ts';

const ec = signer('ES256', 'a');
const otherEc = signer('ES256', 'b');
const rsa = signer('RS256', 'a');
const smallRsa = signer('RS256', 'a', 1024);
const p384 = generateKeyPairSync('ec', { namedCurve: 'P-384' }).publicKey.export({ format: 'jwk' });
const oct = {
  kty: 'oct',
  kid: 'a',
  k: Buffer.from('a-secret-of-at-least-thirty-two-bytes').toString('base64url'),
};

const found = async (algorithm: 'RS256' | 'ES256', keys: readonly unknown[], kid?: string) =>
  (await readKeySet(algorithm, { keys }).find(kid)).length;

describe('a key of a set', () => {
  it('is found by its name, and without a name any may be the one', async () => {
    const keys = [ec.jwk, otherEc.jwk];
    expect(await found('ES256', keys, 'a')).toBe(1);
    expect(await found('ES256', keys, 'b')).toBe(1);
    expect(await found('ES256', keys, 'c')).toBe(0);
    expect(await found('ES256', keys, '')).toBe(0);
    expect(await found('ES256', keys, '__proto__')).toBe(0);
    expect(await found('ES256', keys)).toBe(2);
  });

  it('is the very key', async () => {
    const [key] = await readKeySet('RS256', { keys: [rsa.jwk] }).find('a');
    expect(key?.export({ type: 'spki', format: 'pem' })).toBe(rsa.publicPem);
  });

  it('may share its name with one of another kind, and even of its own', async () => {
    expect(await found('ES256', [rsa.jwk, ec.jwk], 'a')).toBe(1);
    expect(await found('RS256', [rsa.jwk, ec.jwk], 'a')).toBe(1);
    expect(await found('ES256', [ec.jwk, { ...otherEc.jwk, kid: 'a' }], 'a')).toBe(2);
  });

  it('counts when it says what it is for, and that is this', async () => {
    const said = { use: 'sig', alg: 'ES256', key_ops: ['verify'] };
    expect(await found('ES256', [{ ...ec.jwk, ...said }], 'a')).toBe(1);
  });

  it.each([
    ['is for encryption', 'ES256', { ...ec.jwk, use: 'enc' }],
    ['is for another operation', 'ES256', { ...ec.jwk, key_ops: ['deriveKey'] }],
    ['is for another algorithm', 'RS256', { ...rsa.jwk, alg: 'PS256' }],
    ['is of another kind', 'RS256', { ...ec.jwk }],
    ['is on another curve', 'ES256', { ...p384, kid: 'a' }],
    ['has fewer than 2048 bits', 'RS256', smallRsa.jwk],
    ['has its private half beside it', 'ES256', ec.privateJwk],
    ['has its private half beside it, as RSA', 'RS256', rsa.privateJwk],
    ['is a secret', 'RS256', oct],
    ['is a secret that calls itself RS256', 'RS256', { ...oct, alg: 'RS256' }],
    ['is no point of the curve', 'ES256', { ...ec.jwk, x: otherEc.jwk.x }],
    ['lacks a part', 'RS256', { ...rsa.jwk, n: undefined }],
    ['has a part that is no number', 'RS256', { ...rsa.jwk, n: {} }],
  ] as const)('does not count when it %s', async (_why, algorithm, key) => {
    const good = algorithm === 'RS256' ? rsa : ec;
    expect(await found(algorithm, [good.jwk], 'a')).toBe(1);
    expect(await found(algorithm, [key], 'a')).toBe(0);
    expect(await found(algorithm, [key, { ...good.jwk, kid: 'b' }], 'a')).toBe(0);
    expect(await found(algorithm, [key, { ...good.jwk, kid: 'b' }])).toBe(1);
  });
});

describe('what is no set', () => {
  it.each([[null], [[]], ['keys'], [7], [{}], [{ keys: {} }], [{ keys: [null] }], [{ keys: ['a'] }]])(
    'is none: %j',
    (json) => {
      expect(() => readKeySet('ES256', json)).toThrow('JSON Web Key Set malformed');
    },
  );

  it('nor one nested too deep to be looked at', () => {
    const depth = 60_000;
    const deep: unknown = JSON.parse(`{"keys":[{"kty":${'['.repeat(depth)}${']'.repeat(depth)}}]}`);
    expect(() => readKeySet('ES256', deep)).toThrow('JSON Web Key Set malformed');
  });
});
