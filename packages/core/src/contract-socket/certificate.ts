import { generateKeyPairSync, randomBytes, sign } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import type { TlsFiles } from '../ports/socket.ts';

const DAY_MS = 86_400_000;

/** A new self-signed certificate with its key, as files that are gone when the test is over. */
export function certificateFiles(): TlsFiles {
  const folder = mkdtempSync(join(tmpdir(), 'parley-certificate-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const { cert, key } = selfSigned();
  const files = { certFile: join(folder, 'cert.pem'), keyFile: join(folder, 'key.pem') };
  writeFileSync(files.certFile, cert);
  writeFileSync(files.keyFile, key);
  return files;
}

/**
 * PEM of a certificate for `localhost` and 127.0.0.1, good for two days, and of its key. Written out as RFC 5280, 4.1 has it:
 * Node makes keys and no certificates, and a key that lies in a repository is taken for a secret by whoever finds it.
 */
export function selfSigned(): { readonly cert: string; readonly key: string } {
  const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const toBeSigned = sequence(
    explicit(0, integer(Buffer.from([VERSION_3]))),
    integer(Buffer.concat([Buffer.from([1]), randomBytes(8)])),
    ECDSA_WITH_SHA256,
    NAME,
    sequence(utcTime(Date.now() - DAY_MS), utcTime(Date.now() + DAY_MS)),
    NAME,
    publicKey.export({ type: 'spki', format: 'der' }),
    explicit(3, sequence(ALTERNATIVE_NAMES)),
  );
  const signature = sign('sha256', toBeSigned, privateKey);
  const whole = sequence(toBeSigned, ECDSA_WITH_SHA256, der(0x03, Buffer.from([0]), signature));
  return {
    cert: ['-----BEGIN CERTIFICATE-----', ...linesOf(whole), '-----END CERTIFICATE-----', ''].join('\n'),
    key: privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
  };
}

/** One value of DER (X.690, 8.1): tag, length, content. */
function der(tag: number, ...contents: readonly Uint8Array[]): Buffer {
  const content = Buffer.concat(contents);
  const { length } = content;
  const long = length < 0x100 ? [0x81, length] : [0x82, length >> 8, length & 0xff];
  return Buffer.concat([Buffer.from([tag, ...(length < 0x80 ? [length] : long)]), content]);
}

function linesOf(bytes: Buffer): readonly string[] {
  return bytes.toString('base64').match(/.{1,64}/g) ?? [];
}

function sequence(...values: readonly Uint8Array[]): Buffer {
  return der(0x30, ...values);
}

function explicit(tag: number, value: Uint8Array): Buffer {
  return der(0xa0 | tag, value);
}

function integer(bytes: Uint8Array): Buffer {
  return der(0x02, bytes);
}

function identifier(hex: string): Buffer {
  return der(0x06, Buffer.from(hex, 'hex'));
}

/** `YYMMDDHHMMSSZ`. */
function utcTime(ms: number): Buffer {
  const digits = new Date(ms).toISOString().replaceAll(/[^\d]/g, '').slice(2, 14);
  return der(0x17, Buffer.from(`${digits}Z`));
}

const VERSION_3 = 2;
const ECDSA_WITH_SHA256 = sequence(identifier('2a8648ce3d040302'));
/** commonName, and nothing else. */
const NAME = sequence(der(0x31, sequence(identifier('550403'), der(0x0c, Buffer.from('parley.test')))));
/** subjectAltName: a DNS name and an address. */
const ALTERNATIVE_NAMES = sequence(
  identifier('551d11'),
  der(0x04, sequence(der(0x82, Buffer.from('localhost')), der(0x87, Buffer.from([127, 0, 0, 1])))),
);
