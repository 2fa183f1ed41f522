import { readFileSync } from 'node:fs';
import { request } from 'node:https';
import { certificateFiles } from '@parley/core/contract-socket';
import { describe, expect, it, onTestFinished } from 'vitest';
import { type Environment, readConfig } from './config.ts';
import { startServer } from './server.ts';

const NODE = {
  PARLEY_AUTH: 'none',
  PARLEY_HOST: '127.0.0.1',
  PARLEY_PORT: '0',
  PARLEY_OPS_PORT: '0',
  PARLEY_LOG_LEVEL: 'silent',
};

const settings = (certFile: string, keyFile: string) => ({
  PARLEY_TLS_CERT_FILE: certFile,
  PARLEY_TLS_KEY_FILE: keyFile,
});

describe('a certificate and its key', () => {
  it('are taken when they fit', () => {
    const { certFile, keyFile } = certificateFiles();
    expect(mistakesOf(settings(certFile, keyFile))).toEqual([]);
  });

  it('are neither needed', () => {
    expect(mistakesOf({})).toEqual([]);
  });

  it.each([
    ['PARLEY_TLS_CERT_FILE', 'PARLEY_TLS_KEY_FILE'],
    ['PARLEY_TLS_KEY_FILE', 'PARLEY_TLS_CERT_FILE'],
  ])('are wanted both: %s alone ends the start', (given, missing) => {
    const { certFile } = certificateFiles();
    expect(mistakesOf({ [given]: certFile })).toEqual([`${given} is set, but ${missing} is not`]);
  });

  it('end the start when they are not there, each by itself', () => {
    expect(mistakesOf(settings('/no/cert.pem', '/no/key.pem'))).toEqual([
      'PARLEY_TLS_CERT_FILE: /no/cert.pem cannot be read (ENOENT)',
      'PARLEY_TLS_KEY_FILE: /no/key.pem cannot be read (ENOENT)',
    ]);
  });

  it('end the start when they are not what they should be', () => {
    const { certFile, keyFile } = certificateFiles();
    expect(mistakesOf(settings(keyFile, certFile))).toEqual([
      `PARLEY_TLS_CERT_FILE: ${keyFile} holds no certificate in PEM`,
      `PARLEY_TLS_KEY_FILE: ${certFile} holds no private key in PEM, or an encrypted one`,
    ]);
  });

  it('end the start when they do not belong together', () => {
    const [{ certFile }, { keyFile }] = [certificateFiles(), certificateFiles()];
    expect(mistakesOf(settings(certFile, keyFile))).toEqual([
      `PARLEY_TLS_KEY_FILE: ${keyFile} is not the key of the certificate in ${certFile}`,
    ]);
  });
});

describe.each(['auto', 'ws'])('a node with a certificate, over %s,', (socket) => {
  it.each([
    ['bids browsers to keep to TLS where it lets in nobody without', 'true', 'max-age=31536000'],
    ['leaves that to whoever runs it elsewhere', 'false', undefined],
  ])('answers by TLS, and %s', async (_what, requireSecure, strict) => {
    const { certFile, keyFile } = certificateFiles();
    const environment = {
      ...NODE,
      ...settings(certFile, keyFile),
      PARLEY_SOCKET: socket,
      PARLEY_REQUIRE_SECURE: requireSecure,
    };
    const outcome = readConfig(environment);
    if (!outcome.ok) throw new Error(outcome.mistakes.join());
    const server = await startServer(outcome.config);
    onTestFinished(() => server.stop());
    const { status, headers } = await ask(server.port, '/v1/check', readFileSync(certFile, 'utf8'));
    expect(status).toBe(200);
    expect(headers['strict-transport-security']).toBe(strict);
  });
});

function mistakesOf(environment: Environment): readonly string[] {
  const outcome = readConfig({ ...NODE, ...environment });
  return outcome.ok ? [] : outcome.mistakes;
}

/** A GET by a client that verifies the certificate. */
function ask(port: number, path: string, ca: string) {
  return new Promise<{ status: number | undefined; headers: Readonly<Record<string, unknown>> }>(
    (resolve, reject) => {
      request({ host: '127.0.0.1', port, path, ca, agent: false }, (response) => {
        response.resume();
        resolve({ status: response.statusCode, headers: response.headers });
      })
        .on('error', reject)
        .end();
    },
  );
}
