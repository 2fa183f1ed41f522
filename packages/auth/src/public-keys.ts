import { readFileSync } from 'node:fs';

import type { PublicKey } from './signing-keys.ts';

/** A name of two characters or more before the first colon; so that `C:\keys\parley.pem` is a path and no name. */
const NAMED = /^(?<kid>[A-Za-z0-9._~-]{2,128}):(?<path>.+)$/;

/**
 * Reads the keys that a configuration names: a comma-separated list of `kid:path/to/key.pem`, or of a path alone for
 * tokens that name no key. Throws, naming the file, when one cannot be read; {@link jwtVerifier} judges what is in it.
 *
 * @example readPublicKeys('2026-a:/etc/parley/2026-a.pem,2026-b:/etc/parley/2026-b.pem')
 */
export function readPublicKeys(spec: string): readonly PublicKey[] {
  return spec
    .split(',')
    .map((entry) => entry.trim())
    .filter((entry) => entry !== '')
    .map(readEntry);
}

function readEntry(entry: string): PublicKey {
  const { kid, path = entry } = NAMED.exec(entry)?.groups ?? {};
  return { ...(kid !== undefined && { kid }), pem: readPem(path), path };
}

function readPem(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (cause) {
    const { code } = cause as NodeJS.ErrnoException;
    throw new Error(`cannot read the public key ${path} (${code})`, { cause });
  }
}
