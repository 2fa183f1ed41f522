import { JWT_ALGORITHMS } from '@parley/auth';
import { LOG_LEVELS } from '@parley/telemetry';
import type * as z from 'zod';
import {
  addressBlocks,
  flag,
  jwtSecret,
  list,
  number,
  oneOf,
  origins,
  port,
  publicTokens,
  redisUrl,
  someOf,
  stunUrls,
  text,
} from './schemas.ts';

/** One environment variable. */
export interface Variable<T = unknown, Default extends string | undefined = string | undefined> {
  /** As one would write it; `undefined`: there is none. */
  readonly default: Default;
  /** What it is, with its unit. */
  readonly meaning: string;
  readonly schema: z.ZodType<T, string>;
}

type Row<T> = Omit<Variable<T>, 'default'>;
const optional = <T>(row: Row<T>): Variable<T, undefined> => ({ ...row, default: undefined });
const preset = <T>(value: string, row: Row<T>): Variable<T, string> => ({ ...row, default: value });

const DAY_MS = 86_400_000;

/** Every variable a node reads, by concern. An unknown `PARLEY_` name ends the start: a typo must not switch off a limit. */
export const VARIABLES = {
  PARLEY_HOST: preset('0.0.0.0', { meaning: 'Address that clients connect to.', schema: text }),
  PARLEY_PORT: preset('8080', { meaning: 'Port that clients connect to; 0 picks a free one.', schema: port }),
  PARLEY_OPS_HOST: preset('127.0.0.1', { meaning: 'Address of the operations port.', schema: text }),
  PARLEY_OPS_PORT: preset('9464', {
    meaning: 'Operations port: `/livez`, `/readyz`, `/metrics`, `/statusz`; 0 picks a free one.',
    schema: port,
  }),
  PARLEY_SOCKET: preset('uws', {
    meaning:
      'Socket library: `uws` (uWebSockets.js), `ws`, or `auto`: `ws` where no uWebSockets.js binary loads.',
    schema: oneOf(['uws', 'ws', 'auto']),
  }),
  PARLEY_REDIS_URL: optional({
    meaning:
      '`redis://`, `rediss://`, `redis-sentinel://h,h/name` or `redis-cluster://h,h`; absent: one node, everything in memory.',
    schema: redisUrl,
  }),
  PARLEY_REDIS_PREFIX: preset('parley', {
    meaning: 'What every key and channel begins with; no braces.',
    schema: text.regex(/^[^{}\s]+$/, 'must have no braces and no space'),
  }),

  PARLEY_AUTH: optional({
    meaning:
      'Who may connect, comma separated: `public`, `jwt`, or `none`; absent: what has keys configured.',
    schema: someOf(['public', 'jwt', 'none']),
  }),
  PARLEY_PUBLIC_TOKENS: optional({
    meaning: 'Public tokens, comma separated, each 16 to 128 of `A-Za-z0-9._~-`; several are valid at once.',
    schema: publicTokens,
  }),
  PARLEY_PUBLIC_ALLOW: preset('codes,queues,rooms', {
    meaning: 'What a public token may use: any of `codes`, `queues`, `rooms`.',
    schema: someOf(['codes', 'queues', 'rooms']),
  }),
  PARLEY_REALM: preset('main', {
    meaning: 'Realm of tokens that name none.',
    schema: text.regex(/^[a-z0-9-]{1,32}$/, 'must be 1 to 32 of a-z, 0-9 and -'),
  }),
  PARLEY_JWT_ALGORITHM: preset('HS256', {
    meaning: '`HS256`, `RS256` or `ES256`; never taken from a token.',
    schema: oneOf(JWT_ALGORITHMS),
  }),
  PARLEY_JWT_SECRET: optional({ meaning: 'HS256: the secret, at least 32 bytes.', schema: jwtSecret }),
  PARLEY_JWT_PUBLIC_KEYS: optional({
    meaning: 'RS256, ES256: PEM files, comma separated, each a path or `kid:path`.',
    schema: list,
  }),
  PARLEY_JWT_ISSUER: optional({ meaning: 'The only `iss` that is accepted.', schema: text }),
  PARLEY_JWT_AUDIENCE: optional({ meaning: 'What `aud` must name.', schema: text }),
  PARLEY_ALLOW_QUERY_TOKEN: preset('false', {
    meaning: 'A JWT may come as `?token=`, which proxies write into their logs.',
    schema: flag,
  }),

  PARLEY_ALLOWED_ORIGINS: optional({
    meaning:
      "Origins of pages that may connect, comma separated: `https://example.org`, `https://*.example.org`, `null`, or `*`; absent: only the node's own host.",
    schema: origins,
  }),
  PARLEY_REQUIRE_ORIGIN: preset('false', {
    meaning: 'Refuse whoever sends no Origin, which is whoever is no browser.',
    schema: flag,
  }),
  PARLEY_REQUIRE_SECURE: preset('false', {
    meaning: 'Refuse what did not come by TLS, to a trusted proxy that says so.',
    schema: flag,
  }),
  PARLEY_TRUSTED_PROXIES: optional({
    meaning:
      'Addresses and CIDR blocks, comma separated, whose X-Forwarded-For, X-Forwarded-Proto and PROXY protocol headers are believed.',
    schema: addressBlocks,
  }),
  PARLEY_MAX_SESSIONS: preset('20000', {
    meaning: 'Sockets one node holds; 0: no limit.',
    schema: number(0, 10_000_000),
  }),
  PARLEY_MAX_SESSIONS_PER_ADDRESS: preset('256', {
    meaning: 'Sockets one address (IPv6: one /64) has on one node; 0: no limit.',
    schema: number(0, 10_000_000),
  }),
  PARLEY_MAX_MESSAGE_BYTES: preset('65536', {
    meaning: 'Largest frame a client may send, in bytes.',
    schema: number(1_024, 1_048_576),
  }),
  PARLEY_IDLE_TIMEOUT_MS: preset('600000', {
    meaning: 'In no room, in no queue and silent for this long, in milliseconds: closed; 0: never.',
    schema: number(0, DAY_MS),
  }),

  PARLEY_CODE_TTL_MS: preset('600000', {
    meaning: 'How long a minted code is good even with nobody there, in milliseconds.',
    schema: number(1_000, DAY_MS),
  }),
  PARLEY_RESUME_WINDOW_MS: preset('120000', {
    meaning:
      'How long entries of a peer outlive its node, in milliseconds (and how long it may come back, once peers can).',
    schema: number(1_000, DAY_MS),
  }),
  PARLEY_DRAIN_MS: preset('10000', {
    meaning: 'How long SIGTERM may take to end the node, in milliseconds.',
    schema: number(0, DAY_MS),
  }),
  PARLEY_STUN_URLS: optional({
    meaning: 'STUN servers told to clients, comma separated, as `stun:host:port`.',
    schema: stunUrls,
  }),
  PARLEY_DEMO_DIR: optional({ meaning: 'Folder of a page to serve at `/`; absent: none.', schema: text }),
  PARLEY_LOG_LEVEL: preset('info', {
    meaning: '`silent`, `error`, `warn`, `info` or `debug`.',
    schema: oneOf(LOG_LEVELS),
  }),
} satisfies Record<string, Variable>;

export type VariableName = keyof typeof VARIABLES;
