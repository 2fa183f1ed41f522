import {
  anyOf,
  type JwtOptions,
  jwtVerifier,
  openVerifier,
  publicTokens,
  readKeyServerUrl,
  readPublicKeys,
} from '@parley/auth';
import { type Log, systemClock, type TokenVerifier } from '@parley/core';
import type { Realm } from '@parley/protocol';
import type { Config } from './config.ts';
import { faultOf } from './faults.ts';
import type { VariableName } from './variables.ts';

/** Who may connect, as configured. */
export function verifierFrom(config: Config, log: Log): TokenVerifier {
  const realm = config.PARLEY_REALM as Realm;
  const make = {
    none: () => openVerifier({ realm }),
    public: () => publicTokens(config.PARLEY_PUBLIC_TOKENS ?? [], { realm, ...publicGrants(config) }),
    jwt: () => jwtVerifier(jwtOptions(config, realm, log)),
  };
  const auth = authOf(config.PARLEY_AUTH, (name) => config[name] !== undefined);
  return anyOf(auth.map((kind) => make[kind]()));
}

/** Any of them lets somebody in. */
const JWT_KEYS = ['PARLEY_JWT_SECRET', 'PARLEY_JWT_PUBLIC_KEYS', 'PARLEY_JWT_JWKS_URL'] as const;

/** Who may connect: as it is said, else what has keys. */
export function authOf(
  said: Config['PARLEY_AUTH'],
  isGiven: (name: VariableName) => boolean,
): readonly ('public' | 'jwt' | 'none')[] {
  if (said) return said;
  const hasJwtKeys = JWT_KEYS.some(isGiven);
  return [
    ...(isGiven('PARLEY_PUBLIC_TOKENS') ? (['public'] as const) : []),
    ...(hasJwtKeys ? (['jwt'] as const) : []),
  ];
}

/** Why key files cannot be used, as far as that can be told: each is tried alone, then all together. */
export function keyFaults(algorithm: Config['PARLEY_JWT_ALGORITHM'] | undefined, files: readonly string[]) {
  const attempt = (some: readonly string[]) =>
    faultOf(() => {
      const publicKeys = keysIn(some);
      if (algorithm === undefined || algorithm === 'HS256') return;
      jwtVerifier({ algorithm, publicKeys, realm: 'any' as Realm });
    });
  const faults = new Set([...files.map((file) => [file]), files].map(attempt));
  return [...faults].filter((fault) => fault !== undefined);
}

function publicGrants({ PARLEY_PUBLIC_ALLOW: allow }: Config) {
  const everything = (kind: 'queues' | 'rooms') => (allow.includes(kind) ? ['*'] : []);
  return { codes: allow.includes('codes'), queues: everything('queues'), rooms: everything('rooms') };
}

function jwtOptions(config: Config, realm: Realm, log: Log): JwtOptions {
  const {
    PARLEY_JWT_ALGORITHM: algorithm,
    PARLEY_JWT_ISSUER: issuer,
    PARLEY_JWT_AUDIENCE: audience,
    PARLEY_JWT_JWKS_URL: url,
  } = config;
  const common = { realm, ...(issuer && { issuer }), ...(audience && { audience }) };
  if (algorithm === 'HS256') return { ...common, algorithm, secret: config.PARLEY_JWT_SECRET ?? '' };
  if (url !== undefined)
    return { ...common, algorithm, keyServer: { url: readKeyServerUrl(url), log, clock: systemClock } };
  return { ...common, algorithm, publicKeys: keysIn(config.PARLEY_JWT_PUBLIC_KEYS ?? []) };
}

const keysIn = (files: readonly string[]) => files.flatMap((file) => readPublicKeys(file));
