import { generateKeyPairSync } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterAll, describe, expect, it } from 'vitest';

import { type Environment, readConfig } from './config.ts';

const open = { PARLEY_AUTH: 'none' };
const token = 'a-public-token-of-24-chars';
const secret = 'a-secret-of-at-least-thirty-two-bytes';
const keyServer = 'https://id.example/keys';

const folder = mkdtempSync(join(tmpdir(), 'parley-config-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const spki = { type: 'spki', format: 'pem' } as const;
const ec = generateKeyPairSync('ec', { namedCurve: 'P-256' }).publicKey.export(spki).toString();
const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 }).publicKey.export(spki).toString();
const good = file('good.pem', ec);
const unfit = file('unfit.pem', rsa);
const garbled = file('garbled.pem', 'hello');

const STUN_FORM = 'must be stun:host:port or stuns:host:port, without // and without ?transport';
const turnUrls = 'turn:turn.example.org:3478,turns:turn.example.org:5349?transport=tcp';

describe('a bad value', () => {
  it.each([
    ['PARLEY_MAX_SESSIONS', '-1', 'must be a whole number, 0 to 10000000'],
    ['PARLEY_PORT', '65536', 'must be a whole number, 0 to 65535'],
    ['PARLEY_CODE_TTL_MS', '1.5', 'must be a whole number, 1000 to 86400000'],
    ['PARLEY_MAX_MESSAGE_BYTES', '64k', 'must be a whole number, 1024 to 1048576'],
    ['PARLEY_SOCKET', 'uWS', 'must be one of uws, ws, auto'],
    ['PARLEY_REQUIRE_ORIGIN', 'yes', 'must be one of true, false, 1, 0'],
    ['PARLEY_PUBLIC_ALLOW', 'codes,chat,files', 'must be one of codes, queues, rooms'],
    [
      'PARLEY_ALLOWED_ORIGINS',
      'https://example.org/',
      'https://example.org/ is no origin, write https://example.org',
    ],
    ['PARLEY_ALLOWED_ORIGINS', ' , ', 'has no entry'],
    ['PARLEY_TRUSTED_PROXIES', '10.0.0.0/33', '10.0.0.0/33 is neither an address nor a CIDR block'],
    ['PARLEY_OPS_HOSTS', 'node1,node2:9464', 'node2:9464 is no host name: write it without scheme and port'],
    ['PARLEY_OPS_HOSTS', '*', '* is no host name: write it without scheme and port'],
    ['PARLEY_OPS_TOKEN', 'hunter2', 'must have 16 printable ASCII characters or more, and no space'],
    [
      'PARLEY_OPS_TOKEN',
      'sixteen and spaces',
      'must have 16 printable ASCII characters or more, and no space',
    ],
    ['PARLEY_LOG_KEY', 'x'.repeat(31), 'must have 32 bytes or more'],
    ['PARLEY_STUN_URLS', 'stun:a:3478,turn:b', `URL 2 ${STUN_FORM}`],
    [
      'PARLEY_REDIS_URL',
      'redis://h1,h2',
      'a redis:// URL has one host; for several there are redis-sentinel:// and redis-cluster://',
    ],
  ])('is told after the name of its variable: %s=%s', (name, value, fault) => {
    expect(mistakesOf({ ...open, [name]: value })).toEqual([`${name}: ${fault}`]);
  });

  it('is each told on a line of its own, also of one list, and beside unknown names and contradictions', () => {
    const mistakes = mistakesOf({
      PARLEY_PUBLIC_TOKENS: `short,${token},a.b.c`,
      PARLEY_JWT_SECRET: 'hunter2',
      PARLEY_JWT_PUBLIC_KEYS: good,
      PARLEY_REDIS_URL: 'http://:hunter2@localhost',
      PARLEY_ALLOWED_ORIGINS: 'example.org,https://fine.example,https://example.net/',
      PARLEY_TURN_URLS: 'turn:fine.example,turn:ada:hunter2@turn.example',
      PARLEY_TURN_SECRET: 'short-hunter2',
      PARLEY_TURN_TTL_SECONDS: '59',
      PARLEY_MAX_SESSION: '7',
      PARLEY_DRAIN_MS: '10s',
    });
    expect(mistakes).toEqual([
      'PARLEY_MAX_SESSION is not a setting of Parley',
      expect.stringMatching(/^PARLEY_REDIS_URL: a Redis URL is .* at least one host$/),
      expect.stringMatching(/^PARLEY_PUBLIC_TOKENS: token 1 must be 16 to 128 /),
      expect.stringMatching(/^PARLEY_PUBLIC_TOKENS: token 3 must be 16 to 128 /),
      'PARLEY_JWT_SECRET: must have 32 bytes or more',
      'PARLEY_ALLOWED_ORIGINS: example.org is no origin, write https://example.org',
      'PARLEY_ALLOWED_ORIGINS: https://example.net/ is no origin, write https://example.net',
      'PARLEY_DRAIN_MS: must be a whole number, 0 to 86400000',
      expect.stringMatching(/^PARLEY_TURN_URLS: URL 2 must be turn:host:port /),
      expect.stringMatching(/^PARLEY_TURN_SECRET: must have 32 to 256 printable /),
      'PARLEY_TURN_TTL_SECONDS: must be a whole number, 60 to 86400',
      'PARLEY_JWT_PUBLIC_KEYS is set, but PARLEY_JWT_ALGORITHM is HS256: it takes RS256 or ES256',
    ]);
    expect(mistakes.join()).not.toMatch(/hunter2|short|a\.b\.c/);
  });
});

describe('a contradiction', () => {
  it.each<[string, Environment, string[]]>([
    [
      'nobody may connect',
      {},
      [
        'nobody could connect: set PARLEY_PUBLIC_TOKENS, PARLEY_JWT_SECRET, PARLEY_JWT_PUBLIC_KEYS or PARLEY_JWT_JWKS_URL, or PARLEY_AUTH=none',
      ],
    ],
    [
      'everybody may, and some',
      { PARLEY_AUTH: 'none,jwt', PARLEY_JWT_SECRET: secret },
      ['PARLEY_AUTH=none lets everybody in and cannot stand beside others'],
    ],
    [
      'what is named has nothing',
      { PARLEY_AUTH: 'public,jwt' },
      [
        'PARLEY_AUTH names public, but PARLEY_PUBLIC_TOKENS is not set',
        'PARLEY_JWT_ALGORITHM=HS256 needs PARLEY_JWT_SECRET',
      ],
    ],
    [
      'what is there is not named',
      { ...open, PARLEY_PUBLIC_TOKENS: token, PARLEY_JWT_SECRET: secret },
      [
        'PARLEY_PUBLIC_TOKENS is set, but PARLEY_AUTH does not name public',
        'PARLEY_JWT_SECRET is set, but PARLEY_AUTH does not name jwt',
      ],
    ],
    [
      'a secret for public keys',
      { PARLEY_JWT_ALGORITHM: 'ES256', PARLEY_JWT_SECRET: secret },
      ['PARLEY_JWT_SECRET is set, but PARLEY_JWT_ALGORITHM is ES256: it takes HS256'],
    ],
    [
      'no keys at all',
      { PARLEY_AUTH: 'jwt', PARLEY_JWT_ALGORITHM: 'ES256' },
      ['PARLEY_JWT_ALGORITHM=ES256 needs PARLEY_JWT_PUBLIC_KEYS or PARLEY_JWT_JWKS_URL'],
    ],
    [
      'TLS that nobody can bring',
      { ...open, PARLEY_REQUIRE_SECURE: 'true' },
      [
        'PARLEY_REQUIRE_SECURE would refuse everybody: set PARLEY_TLS_CERT_FILE, or PARLEY_TRUSTED_PROXIES to the proxy that ends TLS',
      ],
    ],
    [
      'keys from two places',
      { PARLEY_JWT_ALGORITHM: 'ES256', PARLEY_JWT_PUBLIC_KEYS: good, PARLEY_JWT_JWKS_URL: keyServer },
      ['PARLEY_JWT_PUBLIC_KEYS and PARLEY_JWT_JWKS_URL are both set: keys come from one place'],
    ],
    [
      'a key server for a secret',
      { PARLEY_JWT_SECRET: secret, PARLEY_JWT_JWKS_URL: keyServer },
      ['PARLEY_JWT_JWKS_URL is set, but PARLEY_JWT_ALGORITHM is HS256: it takes RS256 or ES256'],
    ],
    [
      'a key server for nobody',
      { ...open, PARLEY_JWT_JWKS_URL: keyServer },
      ['PARLEY_JWT_JWKS_URL is set, but PARLEY_AUTH does not name jwt'],
    ],
    [
      'operators show what every page shows',
      { PARLEY_PUBLIC_TOKENS: `${token},${token}2`, PARLEY_OPS_TOKEN: `${token}2` },
      ['PARLEY_OPS_TOKEN is one of PARLEY_PUBLIC_TOKENS, which stand in pages'],
    ],
    [
      'a TURN server that would refuse everybody',
      { ...open, PARLEY_TURN_URLS: turnUrls },
      ['PARLEY_TURN_URLS needs PARLEY_TURN_SECRET, which those servers know as static-auth-secret'],
    ],
    [
      'a secret for no TURN server',
      { ...open, PARLEY_TURN_SECRET: secret, PARLEY_TURN_TTL_SECONDS: '3600' },
      [
        'PARLEY_TURN_SECRET is set, but PARLEY_TURN_URLS is not',
        'PARLEY_TURN_TTL_SECONDS is set, but PARLEY_TURN_URLS is not',
      ],
    ],
    [
      'everybody may be relayed',
      { PARLEY_PUBLIC_TOKENS: secret, PARLEY_TURN_URLS: turnUrls, PARLEY_TURN_SECRET: secret },
      ['PARLEY_TURN_SECRET is one of PARLEY_PUBLIC_TOKENS, which stand in pages'],
    ],
  ])('ends the start: %s', (_what, environment, mistakes) => {
    expect(mistakesOf(environment)).toEqual(mistakes);
  });

  it.each([
    'x'.repeat(31),
    'x'.repeat(257),
    `="x${'x'.repeat(32)}`,
    `"${'x'.repeat(32)}"`,
    `x ${'x'.repeat(32)}`,
  ])(
    'of a TURN secret that coturn would read as another, or that could be guessed, ends the start: %s',
    (bad) => {
      const mistakes = mistakesOf({ ...open, PARLEY_TURN_URLS: turnUrls, PARLEY_TURN_SECRET: bad });
      expect(mistakes).toEqual([
        expect.stringMatching(/^PARLEY_TURN_SECRET: must have 32 to 256 printable /),
      ]);
    },
  );

  it('is not told when it depends on a bad value, which may be the whole mistake', () => {
    expect(mistakesOf({ PARLEY_AUTH: 'jwt,publik', PARLEY_PUBLIC_TOKENS: token })).toEqual([
      'PARLEY_AUTH: must be one of public, jwt, none',
    ]);
    expect(mistakesOf({ PARLEY_JWT_ALGORITHM: 'RS265', PARLEY_JWT_PUBLIC_KEYS: good })).toEqual([
      'PARLEY_JWT_ALGORITHM: must be one of HS256, RS256, ES256',
    ]);
    expect(mistakesOf({ PARLEY_JWT_SECRET: 'hunter2' })).toEqual([
      'PARLEY_JWT_SECRET: must have 32 bytes or more',
    ]);
  });
});

describe('a key server', () => {
  const es256 = (url: string) => ({ PARLEY_JWT_ALGORITHM: 'ES256', PARLEY_JWT_JWKS_URL: url });

  it('is enough to connect with, at https or on this machine', () => {
    for (const url of [keyServer, 'http://127.0.0.1:8080/keys', 'http://localhost/keys'])
      expect(readConfig(es256(url))).toMatchObject({ ok: true });
  });

  it('has no address that others could answer for, and no password is told', () => {
    expect(mistakesOf(es256('http://id.example/keys'))).toEqual([
      'PARLEY_JWT_JWKS_URL: must be an https:// URL, or an http:// one to a loopback address',
    ]);
    expect(mistakesOf(es256('https://ada:hunter2@id.example/keys'))).toEqual([
      'PARLEY_JWT_JWKS_URL: must have no user name or password',
    ]);
  });
});

describe('key files', () => {
  const es256 = (files: string) => ({ PARLEY_JWT_ALGORITHM: 'ES256', PARLEY_JWT_PUBLIC_KEYS: files });

  it('are each named with what is wrong with them', () => {
    expect(mistakesOf(es256(`/nowhere/key.pem,${good},aa:${garbled},bb:${unfit}`))).toEqual([
      'PARLEY_JWT_PUBLIC_KEYS: cannot read the public key /nowhere/key.pem (ENOENT)',
      `PARLEY_JWT_PUBLIC_KEYS: the JWT key aa in ${garbled} is not a public key in PEM`,
      `PARLEY_JWT_PUBLIC_KEYS: the JWT key bb in ${unfit} does not fit ES256`,
    ]);
    expect(mistakesOf(es256(`aa:${good},aa:${good}`))).toEqual([
      'PARLEY_JWT_PUBLIC_KEYS: two JWT keys have the same name: aa',
    ]);
    expect(readConfig(es256(`aa:${good},${good}`))).toMatchObject({ ok: true });
  });

  it('must be there even where nobody knows yet for which algorithm', () => {
    expect(mistakesOf({ ...es256(`/nowhere/key.pem,${unfit}`), PARLEY_JWT_ALGORITHM: 'best' })).toEqual([
      'PARLEY_JWT_ALGORITHM: must be one of HS256, RS256, ES256',
      'PARLEY_JWT_PUBLIC_KEYS: cannot read the public key /nowhere/key.pem (ENOENT)',
    ]);
  });
});

function mistakesOf(environment: Environment): readonly string[] {
  const outcome = readConfig(environment);
  return outcome.ok ? [] : outcome.mistakes;
}

function file(name: string, text: string): string {
  const path = join(folder, name);
  writeFileSync(path, text);
  return path;
}
