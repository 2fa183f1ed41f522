import {
  anyOf,
  type JwtOptions,
  jwtVerifier,
  openVerifier,
  publicTokens,
  readPublicKeys,
} from '@parley/auth';
import type { TokenVerifier } from '@parley/core';
import type { Realm } from '@parley/protocol';
import { authOf, type Config } from './config.ts';

/** Who may connect, as configured. Throws one sentence for keys and tokens that cannot be used. */
export function verifierFrom(config: Config): TokenVerifier {
  const realm = config.PARLEY_REALM as Realm;
  const make = {
    none: () => openVerifier({ realm }),
    public: () => publicTokens(config.PARLEY_PUBLIC_TOKENS ?? [], { realm, ...publicGrants(config) }),
    jwt: () => jwtVerifier(jwtOptions(config, realm)),
  };
  return anyOf(authOf(config).map((kind) => make[kind]()));
}

function publicGrants({ PARLEY_PUBLIC_ALLOW: allow }: Config) {
  const everything = (kind: 'queues' | 'rooms') => (allow.includes(kind) ? ['*'] : []);
  return { codes: allow.includes('codes'), queues: everything('queues'), rooms: everything('rooms') };
}

function jwtOptions(config: Config, realm: Realm): JwtOptions {
  const {
    PARLEY_JWT_ALGORITHM: algorithm,
    PARLEY_JWT_ISSUER: issuer,
    PARLEY_JWT_AUDIENCE: audience,
  } = config;
  const common = { realm, ...(issuer && { issuer }), ...(audience && { audience }) };
  if (algorithm === 'HS256') return { ...common, algorithm, secret: config.PARLEY_JWT_SECRET ?? '' };
  return { ...common, algorithm, publicKeys: readPublicKeys(config.PARLEY_JWT_PUBLIC_KEYS ?? '') };
}
