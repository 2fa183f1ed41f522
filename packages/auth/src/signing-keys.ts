import { createPublicKey, createSecretKey } from 'node:crypto';
import type { KeyObject } from 'node:crypto';

/** Fixed by configuration: what a token's header says about its algorithm is never believed. */
export const JWT_ALGORITHMS = ['HS256', 'RS256', 'ES256'] as const;
export type JwtAlgorithm = (typeof JWT_ALGORITHMS)[number];
/** Those of which a node has only the half that cannot mint. */
export type PublicKeyAlgorithm = Exclude<JwtAlgorithm, 'HS256'>;

/** A shorter secret can be guessed offline from a single token (RFC 7518 section 3.2 asks for as many bits as the hash). */
export const MIN_SECRET_BYTES = 32;

/** RFC 7518 section 3.3. */
const MIN_RSA_BITS = 2048;

/** Whoever holds the private half may mint tokens. */
export interface PublicKey {
  /** Tokens that name this `kid` must be signed with this key. Absent: tokens that name none, or one nobody here knows. */
  readonly kid?: string;
  /** A public key or certificate, PEM. */
  readonly pem: string;
  /** The file that it stands in, for messages. */
  readonly path?: string;
}

/** The keys to try for one token: perhaps none. Not `ok`: nobody can say now which they are. */
export type KeyLookup =
  | { readonly ok: true; readonly keys: readonly KeyObject[] }
  | { readonly ok: false; readonly retryAfterMs: number };

/** Finds the keys for a token whose header names this `kid`, or none. Never rejects. */
export type KeysFor = (kid: unknown) => KeyLookup | Promise<KeyLookup>;

/** One secret for every token. Throws when it is too short. */
export function sharedSecret(secret: string): KeysFor {
  const bytes = Buffer.from(secret);
  if (bytes.length < MIN_SECRET_BYTES)
    throw new Error(`the JWT secret must have ${MIN_SECRET_BYTES} bytes or more`);
  const keys = [createSecretKey(bytes)];
  return () => ({ ok: true, keys });
}

/** Throws for what is no public key, or one of another algorithm. */
export function publicKeySet(algorithm: PublicKeyAlgorithm, keys: readonly PublicKey[]): KeysFor {
  if (keys.length === 0) throw new Error(`${algorithm} needs a public key`);
  const named = new Map<unknown, KeyObject[]>();
  for (const key of keys) {
    const { kid } = key;
    if (kid !== undefined && named.has(kid)) throw new Error(`two JWT keys have the same name: ${kid}`);
    named.set(kid, [...(named.get(kid) ?? []), parse(algorithm, key)]);
  }
  const unnamed = named.get(undefined) ?? [];
  return (kid) => ({ ok: true, keys: named.get(kid) ?? unnamed });
}

function parse(algorithm: PublicKeyAlgorithm, { kid, pem, path }: PublicKey): KeyObject {
  const name = ['the JWT key', kid, path && `in ${path}`].filter(Boolean).join(' ');
  // Node would quietly derive the public half; but then every node holds the power to mint.
  if (pem.includes('PRIVATE KEY'))
    throw new Error(`${name} is a private key: a node needs the public one only`);
  const key = parsePem(pem, name);
  if (!fits(algorithm, key)) throw new Error(`${name} does not fit ${algorithm}`);
  return key;
}

function parsePem(pem: string, name: string): KeyObject {
  try {
    return createPublicKey(pem);
  } catch (cause) {
    throw new Error(`${name} is not a public key in PEM`, { cause });
  }
}

/** Whether signatures of `algorithm` can be made with this key, and are worth something. */
export function fits(algorithm: PublicKeyAlgorithm, key: KeyObject): boolean {
  const { modulusLength = 0, namedCurve } = key.asymmetricKeyDetails ?? {};
  if (algorithm === 'ES256') return key.asymmetricKeyType === 'ec' && namedCurve === 'prime256v1';
  return key.asymmetricKeyType === 'rsa' && modulusLength >= MIN_RSA_BITS;
}
