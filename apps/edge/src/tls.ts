import { createPrivateKey, X509Certificate } from 'node:crypto';
import { readFileSync } from 'node:fs';
import type { TlsFiles } from '@parley/core';
import type { Config } from './config.ts';
import type { VariableName } from './variables.ts';

const CERT = 'PARLEY_TLS_CERT_FILE';
const KEY = 'PARLEY_TLS_KEY_FILE';

/** The certificate of a node that ends TLS itself. */
export function tlsOf({ [CERT]: certFile, [KEY]: keyFile }: Partial<Config>): TlsFiles | undefined {
  return certFile === undefined || keyFile === undefined ? undefined : { certFile, keyFile };
}

/** What is wrong with the certificate or its key: sentences that begin with the setting to change. */
export function tlsFaults(values: Partial<Config>, isGiven: (name: VariableName) => boolean): string[] {
  if (isGiven(CERT) !== isGiven(KEY)) {
    const [given, missing] = isGiven(CERT) ? [CERT, KEY] : [KEY, CERT];
    return [`${given} is set, but ${missing} is not`];
  }
  const files = tlsOf(values);
  if (files === undefined) return [];
  const { certFile, keyFile } = files;
  const cert = read(CERT, certFile, 'no certificate in PEM', (pem) => new X509Certificate(pem));
  const key = read(KEY, keyFile, 'no private key in PEM, or an encrypted one', createPrivateKey);
  if (cert.ok && key.ok && !cert.value.checkPrivateKey(key.value))
    return [`${KEY}: ${keyFile} is not the key of the certificate in ${certFile}`];
  return [cert, key].flatMap((outcome) => (outcome.ok ? [] : [outcome.fault]));
}

type Outcome<T> = { readonly ok: true; readonly value: T } | { readonly ok: false; readonly fault: string };

function read<T>(name: VariableName, file: string, otherwise: string, parse: (pem: Buffer) => T): Outcome<T> {
  let pem: Buffer;
  try {
    pem = readFileSync(file);
  } catch (error) {
    return { ok: false, fault: `${name}: ${file} cannot be read (${(error as NodeJS.ErrnoException).code})` };
  }
  try {
    return { ok: true, value: parse(pem) };
  } catch {
    // What OpenSSL says of it ("DECODER routines::unsupported") helps nobody.
    return { ok: false, fault: `${name}: ${file} holds ${otherwise}` };
  }
}
