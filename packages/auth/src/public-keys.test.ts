import { generateKeyPairSync } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import type { Realm } from '@parley/protocol';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { jwtVerifier } from './jwt-verifier.ts';
import { mint } from './mint.ts';
import { readPublicKeys } from './public-keys.ts';

let folder: string;
const pair = generateKeyPairSync('ec', {
  namedCurve: 'P-256',
  publicKeyEncoding: { type: 'spki', format: 'pem' },
  privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
});

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'parley-keys-'));
  writeFileSync(join(folder, 'a.pem'), pair.publicKey);
  writeFileSync(join(folder, 'b.pem'), 'not looked into here');
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe('readPublicKeys', () => {
  it('reads a list of kid:path and of paths alone, with spaces after the commas', () => {
    expect(readPublicKeys(`2026-a:${folder}/a.pem, ${folder}/b.pem`)).toEqual([
      { kid: '2026-a', pem: pair.publicKey, path: `${folder}/a.pem` },
      { pem: 'not looked into here', path: `${folder}/b.pem` },
    ]);
    expect(readPublicKeys('')).toEqual([]);
  });

  it('feeds a verifier', async () => {
    const publicKeys = readPublicKeys(`2026-a:${folder}/a.pem`);
    const verifier = jwtVerifier({ algorithm: 'ES256', publicKeys, realm: 'main' as Realm });
    const token = mint({ sub: 'ada' }, { algorithm: 'ES256', key: pair.privateKey, kid: '2026-a' });
    expect(await verifier.verify(token)).toMatchObject({ ok: true });
  });

  it('lets a verifier say in which file the bad key is', () => {
    const publicKeys = readPublicKeys(`bad:${folder}/b.pem`);
    expect(() => jwtVerifier({ algorithm: 'ES256', publicKeys, realm: 'main' as Realm })).toThrow(
      `the JWT key bad in ${folder}/b.pem is not a public key in PEM`,
    );
  });

  it('takes a single letter before a colon for a drive, and says which file cannot be read', () => {
    expect(() => readPublicKeys('C:\\keys\\none.pem')).toThrow(
      'cannot read the public key C:\\keys\\none.pem (ENOENT)',
    );
    expect(() => readPublicKeys(`cc:${folder}/none.pem`)).toThrow(
      `cannot read the public key ${folder}/none.pem (ENOENT)`,
    );
  });
});
