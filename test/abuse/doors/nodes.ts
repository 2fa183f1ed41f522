import { mint, type MintOptions } from '@parley/auth';

import { freshName } from '../support/names.ts';

/** Tokens of the nodes here. */
export const PUBLIC_TOKEN = 'a-public-token-at-the-doors';
export const OPS_TOKEN = 'the-token-of-whoever-operates-the-doors';
const JWT_SECRET = 'a secret of the doors, with more than thirty-two bytes';
const ISSUER = 'https://id.example.org';
const AUDIENCE = 'parley-doors';

/** What a token may say, right or wrong. */
export type Claims = Readonly<Record<string, unknown>>;

/** Everything that a token may allow. */
export const EVERYTHING = { rooms: ['*'], queues: ['*'], codes: true } as const;

/** A JWT of somebody new that {@link NODES.usual} accepts, unless what is said here spoils it. */
export function jwtOf(claims: Claims = {}, options: Partial<MintOptions> = {}): string {
  return mint(
    { sub: freshName('user'), ...EVERYTHING, ...claims },
    { algorithm: 'HS256', key: JWT_SECRET, issuer: ISSUER, audience: AUDIENCE, ...options },
  );
}

/** Anybody may be any address: the test stands where a trusted proxy would. */
export const trusting = { PARLEY_TRUSTED_PROXIES: '127.0.0.1' } as const;
const open = { ...trusting, PARLEY_PUBLIC_TOKENS: PUBLIC_TOKEN } as const;

/** What is limited on {@link usual}, each low enough that a test reaches it and high enough that no other one does by chance. */
export const LOW = {
  upgrades: 8,
  perToken: 5,
  failures: 4,
  inside: 3,
  insideWithToken: 2,
  joins: 40,
  matches: 3,
  updates: 10,
  codes: 4,
} as const;

/** The nodes of these tests, by what is special about each. */
export const NODES = {
  /** Everything that can be shown beside each other. */
  usual: {
    ...open,
    PARLEY_JWT_SECRET: JWT_SECRET,
    PARLEY_JWT_ISSUER: ISSUER,
    PARLEY_JWT_AUDIENCE: AUDIENCE,
    PARLEY_ALLOWED_ORIGINS: 'https://page.example,https://*.example.org',
    PARLEY_OPS_TOKEN: OPS_TOKEN,
    PARLEY_MAX_SESSIONS_PER_ADDRESS: String(LOW.inside),
    PARLEY_MAX_SESSIONS_PER_TOKEN: String(LOW.insideWithToken),
    PARLEY_UPGRADES_PER_MINUTE: String(LOW.upgrades),
    PARLEY_UPGRADES_PER_MINUTE_PER_TOKEN: String(LOW.perToken),
    PARLEY_FAILED_CREDENTIALS_PER_MINUTE: String(LOW.failures),
    PARLEY_JOINS_PER_MINUTE: String(LOW.joins),
    PARLEY_MATCHES_PER_MINUTE: String(LOW.matches),
    PARLEY_UPDATES_PER_MINUTE: String(LOW.updates),
    PARLEY_CODES_PER_MINUTE: String(LOW.codes),
    PARLEY_SIGNAL_BURST: '120',
    PARLEY_SIGNALS_PER_SECOND: '1',
    PARLEY_SIGNAL_BURST_BYTES: '1048576',
    PARLEY_SIGNAL_BYTES_PER_SECOND: '262144',
  },
  /** Room for one. */
  narrow: { ...open, PARLEY_MAX_SESSIONS: '1' },
  /** One attempt of an address a second. */
  brisk: { ...open, PARLEY_UPGRADES_PER_MINUTE: '60' },
  /** TLS, or a proxy that says so. */
  secure: { ...open, PARLEY_REQUIRE_SECURE: 'true' },
  /** Who is in no room must talk, and who does not answer pings must go. */
  impatient: {
    ...open,
    PARLEY_IDLE_TIMEOUT_MS: '1500',
    PARLEY_HEARTBEAT_INTERVAL_MS: '500',
    PARLEY_HEARTBEAT_TIMEOUT_MS: '2500',
  },
  /** Nobody stays. */
  mortal: { ...open, PARLEY_MAX_SESSION_LIFETIME_MS: '1500' },
} as const satisfies Record<string, NodeJS.ProcessEnv>;

export type NodeName = keyof typeof NODES;
