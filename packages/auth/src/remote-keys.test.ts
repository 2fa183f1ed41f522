import { createSecretKey } from 'node:crypto';

import type { Log, Verdict } from '@parley/core';
import type { Realm } from '@parley/protocol';
import jwt from 'jsonwebtoken';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { anyOf } from './any-of.ts';
import { jwtVerifier } from './jwt-verifier.ts';
import { openVerifier } from './open-verifier.ts';
import { KEY_TIMING } from './remote-keys.ts';
import type { KeyTiming } from './remote-keys.ts';
import { hangUp, keySet, silence, startKeyServer, text } from './testing/key-server.ts';
import type { KeyServerForTesting } from './testing/key-server.ts';
import { signer } from './testing/signer.ts';

const realm = 'main' as Realm;
const old = signer('ES256', 'old');
const fresh = signer('ES256', 'fresh');
const { maxAgeMs, maxAgeInOutageMs, cooldownMs, retryMs } = KEY_TIMING;

const AS_ADA = { ok: true, identity: { user: 'ada' } };
const refused = (close: string) => ({ ok: false, kind: 'refused', close });
const REFUSED = refused('token-unknown-key');
const unavailable = (retryAfterMs: number) => ({ ok: false, kind: 'unavailable', retryAfterMs });

let server: KeyServerForTesting;
let nowMs: number;
let said: string[];

beforeEach(async () => {
  server = await startKeyServer(keySet(old.jwk));
  nowMs = 1_000_000;
  said = [];
});
afterEach(() => server.stop());

describe('keys of a key server', () => {
  it('are fetched at the start, once for any number of tokens', async () => {
    const verify = verifying();
    await expect.poll(() => server.fetches).toBe(1);
    const verdicts = await Promise.all(Array.from({ length: 50 }, () => verify(old.token())));
    for (const verdict of verdicts) expect(verdict).toMatchObject(AS_ADA);
    expect(server.fetches).toBe(1);
    expect(said).toEqual([]);
  });

  it('may be RSA keys', async () => {
    const rsa = signer('RS256', 'r');
    server.answer = keySet(old.jwk, rsa.jwk);
    const verify = verifying({}, 'RS256');
    expect(await verify(rsa.token())).toMatchObject(AS_ADA);
    expect(await verify(old.token())).toEqual(refused('token-wrong-algorithm'));
  });

  it('are each tried for a token that names none', async () => {
    server.answer = keySet(fresh.jwk, old.jwk);
    const verify = verifying();
    expect(await verify(old.token(null))).toMatchObject(AS_ADA);
    expect(await verify(signer('ES256', 'old').token(null))).toEqual(refused('token-bad-signature'));
  });

  it('judge by their name: one key does not vouch for another', async () => {
    server.answer = keySet(fresh.jwk, old.jwk);
    const verify = verifying();
    expect(await verify(old.token('old'))).toMatchObject(AS_ADA);
    expect(await verify(old.token('fresh'))).toEqual(refused('token-bad-signature'));
  });

  it('are fetched again when they are too old, and not before', async () => {
    const verify = verifying();
    expect(await verify(old.token())).toMatchObject(AS_ADA);
    nowMs += maxAgeMs - 1;
    expect(await verify(old.token())).toMatchObject(AS_ADA);
    expect(server.fetches).toBe(1);
    nowMs += 1;
    const verdicts = await Promise.all([verify(old.token()), verify(old.token())]);
    for (const verdict of verdicts) expect(verdict).toMatchObject(AS_ADA);
    expect(server.fetches).toBe(2);
  });
});

describe('keys rotate without a restart', () => {
  it('a new one is accepted with the first token that names it', async () => {
    const verify = verifying();
    expect(await verify(old.token())).toMatchObject(AS_ADA);
    server.answer = keySet(old.jwk, fresh.jwk);
    expect(await verify(fresh.token())).toMatchObject(AS_ADA);
    expect(await verify(old.token())).toMatchObject(AS_ADA);
    expect(server.fetches).toBe(2);
  });

  it('one that has gone is refused when the set is too old, and not before', async () => {
    const verify = verifying();
    expect(await verify(old.token())).toMatchObject(AS_ADA);
    server.answer = keySet(fresh.jwk);
    nowMs += maxAgeMs - 1;
    expect(await verify(old.token())).toMatchObject(AS_ADA);
    nowMs += 1;
    expect(await verify(old.token())).toEqual(REFUSED);
    expect(await verify(fresh.token())).toMatchObject(AS_ADA);
  });

  it('all of them, when the set is empty: that is told, and is no failure', async () => {
    const verify = verifying();
    expect(await verify(old.token())).toMatchObject(AS_ADA);
    server.answer = keySet();
    nowMs += maxAgeMs;
    expect(await verify(old.token())).toEqual(REFUSED);
    expect(said).toContain('warn keys-useless');
    server.answer = keySet(fresh.jwk);
    nowMs += cooldownMs;
    expect(await verify(fresh.token())).toMatchObject(AS_ADA);
  });
});

describe('strangers', () => {
  const madeUp = (count: number) =>
    Array.from({ length: count }, (_, index) => old.token(`made-up-${index}`));

  it('who make up names cause one fetch a cooldown, however many they are', async () => {
    const verify = verifying();
    expect(await verify(old.token())).toMatchObject(AS_ADA);
    for (const fetches of [2, 3]) {
      const verdicts = await Promise.all(madeUp(100).map(verify));
      for (const token of madeUp(20)) verdicts.push(await verify(token));
      for (const verdict of verdicts) expect(verdict).toEqual(REFUSED);
      expect(await verify(old.token())).toMatchObject(AS_ADA);
      nowMs += cooldownMs - 1;
      expect(await verify(old.token('made-up'))).toEqual(REFUSED);
      expect(server.fetches).toBe(fetches);
      nowMs += 1;
    }
  });

  it('would without it cause one for each token', async () => {
    const verify = verifying({ cooldownMs: 0 });
    for (const token of madeUp(20)) expect(await verify(token)).toEqual(REFUSED);
    expect(server.fetches).toBeGreaterThanOrEqual(20);
  });

  it('do it no more often while the key server fails', async () => {
    const verify = verifying();
    expect(await verify(old.token())).toMatchObject(AS_ADA);
    server.answer = text('', 500);
    for (const fetches of [2, 3]) {
      const verdicts = await Promise.all(madeUp(100).map(verify));
      for (const verdict of verdicts) expect(verdict).toEqual(unavailable(retryMs));
      nowMs += retryMs - 1;
      expect(await verify(old.token('made-up'))).toEqual(unavailable(1_000));
      expect(server.fetches).toBe(fetches);
      nowMs += 1;
    }
  });

  it('cause none with what cannot be accepted whatever the keys are', async () => {
    const verify = verifying();
    expect(await verify(old.token())).toMatchObject(AS_ADA);
    const claims = { sub: 'ada', exp: Math.floor(Date.now() / 1000) + 60 };
    const hopeless = [
      jwt.sign(claims, '', { algorithm: 'none', keyid: 'x' }),
      jwt.sign(claims, 'x', { algorithm: 'HS256', keyid: 'x' }),
      signer('RS256', 'x').token(),
      ...[{ kid: { a: 1 } }, { kid: null }, { kid: 7 }, { kid: 'x', crit: ['x'] }].map(
        (header) =>
          `${Buffer.from(JSON.stringify({ alg: 'ES256', ...header })).toString('base64url')}.e30.e30`,
      ),
    ];
    for (const token of hopeless) expect(await verify(token)).toMatchObject({ ok: false, kind: 'refused' });
    expect(await verify('eyJh.eyJz')).toEqual({ ok: false, kind: 'malformed' });
    expect(await verify(old.token('x'.repeat(5_000)))).toEqual({ ok: false, kind: 'malformed' });
    expect(server.fetches).toBe(1);
  });

  it('gain nothing by taking a public key for a secret, or a secret that is in the set', async () => {
    const rsa = signer('RS256', 'r');
    const secret = Buffer.from('a-secret-of-at-least-thirty-two-bytes');
    const oct = { kty: 'oct', k: secret.toString('base64url'), kid: 'o', alg: 'HS256' };
    server.answer = keySet(rsa.jwk, oct);
    const verify = verifying({}, 'RS256');
    expect(await verify(rsa.token())).toMatchObject(AS_ADA);
    const claims = { sub: 'ada', exp: Math.floor(Date.now() / 1000) + 60 };
    for (const [key, kid] of [
      [Buffer.from(rsa.publicPem), 'r'],
      [Buffer.from(rsa.publicPem.trim()), 'r'],
      [Buffer.from(JSON.stringify(rsa.jwk)), 'r'],
      [secret, 'o'],
      [secret, undefined],
    ] as const) {
      const forged = jwt.sign(claims, createSecretKey(key), {
        algorithm: 'HS256',
        ...(kid !== undefined && { keyid: kid }),
      });
      expect(jwt.verify(forged, createSecretKey(key))).toMatchObject({ sub: 'ada' });
      expect(await verify(forged)).toEqual(refused('token-wrong-algorithm'));
    }
  });
});

describe('a key server that cannot be reached', () => {
  const answers = [
    ['hangs up', hangUp],
    ['answers 500', text('', 500)],
    ['answers garbage', text('<html>')],
    ['answers something else', text('{"keys":{}}')],
    ['answers too much', text(' '.repeat(200_000))],
    ['sends elsewhere', text('', 302, { location: '/other' })],
    ['says nothing', silence],
  ] as const;

  it.each(answers)(
    'at the start, because it %s: neither accepted nor refused, until it is back',
    async (_, answer) => {
      server.answer = answer;
      const verify = verifying({ timeoutMs: 700 });
      expect(await verify(old.token())).toEqual(unavailable(retryMs));
      expect(await verify(fresh.token())).toEqual(unavailable(retryMs));
      expect(said).toEqual(['warn keys-unavailable']);
      server.answer = keySet(old.jwk);
      nowMs += retryMs;
      expect(await verify(old.token())).toMatchObject(AS_ADA);
      expect(await verify(fresh.token())).toEqual(REFUSED);
      expect(said).toEqual(['warn keys-unavailable', 'info keys-back']);
    },
  );

  it.each(answers)('later, because it %s: its keys go on being used', async (_, answer) => {
    const verify = verifying({ timeoutMs: 700 });
    expect(await verify(old.token())).toMatchObject(AS_ADA);
    server.answer = answer;
    nowMs += maxAgeMs;
    expect(await verify(old.token())).toMatchObject(AS_ADA);
    expect(await verify(fresh.token())).toEqual(unavailable(retryMs));
    nowMs += maxAgeInOutageMs - maxAgeMs - 1;
    expect(await verify(old.token())).toMatchObject(AS_ADA);
    nowMs += 1;
    expect(await verify(old.token())).toMatchObject({ kind: 'unavailable' });
    expect(said).toEqual(['warn keys-unavailable']);
  });

  it('would lock everybody out if its keys were forgotten as early as ever', async () => {
    const verify = verifying({ maxAgeInOutageMs: maxAgeMs });
    expect(await verify(old.token())).toMatchObject(AS_ADA);
    server.answer = hangUp;
    nowMs += maxAgeMs;
    expect(await verify(old.token())).toEqual(unavailable(retryMs));
  });

  it('makes nobody wait who can be judged, once it is known to be down', async () => {
    const verify = verifying({ timeoutMs: 700 });
    expect(await verify(old.token())).toMatchObject(AS_ADA);
    server.answer = silence;
    nowMs += maxAgeMs;
    expect(await verify(old.token())).toMatchObject(AS_ADA);
    expect(server.fetches).toBe(2);
    nowMs += retryMs;
    const first = await Promise.race([
      verify(fresh.token()).then(() => 'the one that must be asked for'),
      verify(old.token()).then(() => 'the one that is known'),
    ]);
    expect(first).toBe('the one that is known');
    await expect.poll(() => server.fetches).toBe(3);
  });

  it('cannot bring back a key it withdrew: after a quiet outage the set is asked for before it is used', async () => {
    const verify = verifying();
    expect(await verify(old.token())).toMatchObject(AS_ADA);
    server.answer = hangUp;
    nowMs += maxAgeMs;
    expect(await verify(old.token())).toMatchObject(AS_ADA);
    server.answer = keySet(fresh.jwk);
    nowMs += cooldownMs;
    expect(await verify(old.token())).toEqual(REFUSED);
  });

  it('is no reason to try the token as something lesser', async () => {
    server.answer = hangUp;
    const verifier = anyOf([{ verify: verifying() }, openVerifier({ realm })]);
    expect(await verifier.verify(old.token())).toEqual(unavailable(retryMs));
    expect(await verifier.verify(undefined)).toMatchObject({ ok: true });
  });
});

function verifying(
  timing: Partial<KeyTiming> = {},
  algorithm: 'RS256' | 'ES256' = 'ES256',
): (token: string | undefined) => Promise<Verdict> {
  const keyServer = { url: server.url, log: noting(), clock: { nowMs: () => nowMs }, timing };
  const verifier = jwtVerifier({ algorithm, keyServer, realm });
  return (token) => verifier.verify(token);
}

/** Keeps what is said, and lets nothing through that is of a token or of an answer. */
function noting(): Log {
  const note = (level: string) => (fields: object, message: string) => {
    expect(JSON.stringify({ fields, message })).not.toMatch(/eyJ|made-up|html|127\.0\.0\.1/);
    said.push(`${level} ${(fields as { event: string }).event}`);
  };
  return { error: note('error'), warn: note('warn'), info: note('info'), debug: note('debug') };
}
