import { generateKeyPairSync } from 'node:crypto';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

import { mint } from '@parley/auth';
import type { Log } from '@parley/core';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { readConfig } from './config.ts';
import { verifierFrom } from './verifier.ts';

const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
const token = mint(
  { sub: 'ada' },
  {
    algorithm: 'ES256',
    kid: 'a',
    key: privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
    issuer: 'https://id.example',
  },
);

const keyServer = createServer((_request, response) => {
  response.end(JSON.stringify({ keys: [{ ...publicKey.export({ format: 'jwk' }), kid: 'a' }] }));
});
beforeEach(() => new Promise<void>((resolve) => keyServer.listen(0, '127.0.0.1', resolve)));
afterEach(stopKeyServer);

describe('with PARLEY_JWT_JWKS_URL', () => {
  it('a node believes the keys that are there', async () => {
    const verifier = verifying({ PARLEY_JWT_JWKS_URL: address(), PARLEY_JWT_ISSUER: 'https://id.example' });
    expect(await verifier.verify(token)).toMatchObject({
      ok: true,
      identity: { realm: 'main', user: 'ada' },
    });
  });

  it('the other claims are judged as ever', async () => {
    const verifier = verifying({
      PARLEY_JWT_JWKS_URL: address(),
      PARLEY_JWT_ISSUER: 'https://other.example',
    });
    expect(await verifier.verify(token)).toMatchObject({ close: 'token-wrong-issuer' });
  });

  it('a node starts also when nobody is there, says so once, and judges no JWT; public tokens are as good as ever', async () => {
    const said: string[] = [];
    const environment = { PARLEY_PUBLIC_TOKENS: 'a-public-token-here', PARLEY_JWT_JWKS_URL: address() };
    await stopKeyServer();
    const verifier = verifying(environment, said);
    expect(await verifier.verify(token)).toMatchObject({ ok: false, kind: 'unavailable' });
    expect(await verifier.verify('a-public-token-here')).toMatchObject({ ok: true });
    expect(said).toEqual(['keys-unavailable']);
  });
});

function verifying(environment: Record<string, string>, said: string[] = []) {
  const outcome = readConfig({ PARLEY_JWT_ALGORITHM: 'ES256', ...environment });
  if (!outcome.ok) throw new Error(outcome.mistakes.join('\n'));
  const note: Log['warn'] = ({ event }) => void said.push(String(event));
  return verifierFrom(outcome.config, { error: note, warn: note, info: note, debug: note });
}

function address(): string {
  return `http://127.0.0.1:${(keyServer.address() as AddressInfo).port}/keys`;
}

async function stopKeyServer(): Promise<void> {
  const stopped = new Promise((resolve) => keyServer.close(resolve));
  keyServer.closeAllConnections();
  await stopped;
}
