import { JWT_ALGORITHMS } from '@parley/auth';
import { LOG_LEVELS } from '@parley/telemetry';
import type * as z from 'zod';
import {
  addressBlocks,
  flag,
  hostNames,
  jwtSecret,
  keyServerUrl,
  list,
  logKey,
  number,
  oneOf,
  opsToken,
  origins,
  port,
  publicTokens,
  redisUrl,
  someOf,
  stunUrls,
  text,
  turnSecret,
  turnUrls,
} from './schemas.ts';

/** One environment variable. */
export interface Variable<T = unknown, Default extends string | undefined = string | undefined> {
  /** As one would write it; `undefined`: there is none. */
  readonly default: Default;
  /** What it is, with its unit. */
  readonly meaning: string;
  readonly schema: z.ZodType<T, string>;
  /** It protects the node, unless it is 0. */
  readonly isLimit?: true;
}

type Row<T> = Omit<Variable<T>, 'default'>;
const optional = <T>(row: Row<T>): Variable<T, undefined> => ({ ...row, default: undefined });
const preset = <T>(value: string, row: Row<T>): Variable<T, string> => ({ ...row, default: value });

/** A protection: 0 switches it off, and the start says so. */
const limit = (value: string, meaning: string, most = 10_000_000): Variable<number, string> => ({
  default: value,
  meaning: `${meaning}; 0: no limit.`,
  schema: number(0, most),
  isLimit: true,
});

const DAY_MS = 86_400_000;

/** Every variable a node reads, by concern. An unknown `PARLEY_` name ends the start: a typo must not switch off a limit. */
export const VARIABLES = {
  PARLEY_HOST: preset('0.0.0.0', { meaning: 'Address that clients connect to.', schema: text }),
  PARLEY_PORT: preset('8080', { meaning: 'Port that clients connect to; 0 picks a free one.', schema: port }),
  PARLEY_OPS_HOST: preset('127.0.0.1', { meaning: 'Address of the operations port.', schema: text }),
  PARLEY_OPS_PORT: preset('9464', {
    meaning:
      'Operations port: `/livez`, `/readyz`, `/metrics`, `/statusz`, `/sessions`, `/bans`; 0 picks a free one.',
    schema: port,
  }),
  PARLEY_OPS_HOSTS: optional({
    meaning:
      'Names the operations port is asked by, comma separated, without a port: `localhost` and addresses always may; any other `Host` is refused.',
    schema: hostNames,
  }),
  PARLEY_OPS_TOKEN: optional({
    meaning:
      'What operators show to end sessions, to ban and to see ids: at least 16 printable characters; absent: nobody may.',
    schema: opsToken,
  }),
  PARLEY_SOCKET: preset('uws', {
    meaning:
      'Socket library: `uws` (uWebSockets.js), `ws`, or `auto`: `ws` where no uWebSockets.js binary loads.',
    schema: oneOf(['uws', 'ws', 'auto']),
  }),
  PARLEY_TLS_CERT_FILE: optional({
    meaning:
      'PEM file with the certificate and those that lead from it to a root: the node speaks TLS itself, on the port for clients and nowhere else.',
    schema: text,
  }),
  PARLEY_TLS_KEY_FILE: optional({
    meaning: 'PEM file with the private key of that certificate, not encrypted.',
    schema: text,
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
  PARLEY_JWT_JWKS_URL: optional({
    meaning:
      'RS256, ES256: where the keys are as a JSON Web Key Set, `https://…` (`http://` only to loopback), instead of PEM files.',
    schema: keyServerUrl,
  }),
  PARLEY_JWT_ISSUER: optional({ meaning: 'The only `iss` that is accepted.', schema: text }),
  PARLEY_JWT_AUDIENCE: optional({ meaning: 'What `aud` must name.', schema: text }),
  PARLEY_ALLOW_QUERY_TOKEN: preset('false', {
    meaning: 'A JWT may come as `?token=`, which proxies write into their logs.',
    schema: flag,
  }),

  PARLEY_ALLOWED_ORIGINS: optional({
    meaning:
      "Origins of pages that may connect, comma separated: `https://example.org`, `https://*.example.org`, `null`, or `*`; absent: only the node's own host and port.",
    schema: origins,
  }),
  PARLEY_REQUIRE_ORIGIN: preset('false', {
    meaning: 'Refuse whoever sends no Origin, which is whoever is no browser.',
    schema: flag,
  }),
  PARLEY_REQUIRE_SECURE: preset('false', {
    meaning: 'Refuse what did not come by TLS, to this node or to a trusted proxy that says so.',
    schema: flag,
  }),
  PARLEY_TRUSTED_PROXIES: optional({
    meaning:
      'Addresses and CIDR blocks, comma separated, whose X-Forwarded-For, X-Forwarded-Proto and PROXY protocol headers are believed.',
    schema: addressBlocks,
  }),
  PARLEY_MAX_SESSIONS: limit('20000', 'Sockets one node holds'),
  PARLEY_MAX_SESSIONS_PER_ADDRESS: limit('256', 'Sockets one address (IPv6: one /64) has on one node'),
  PARLEY_MAX_SESSIONS_PER_TOKEN: limit(
    '64',
    "Sockets one JWT has on one node (a public token is everybody's, and not counted)",
  ),
  PARLEY_MAX_SESSIONS_PER_REALM: limit(
    '100000',
    'Sockets one realm has in the whole cluster, give or take those of two seconds',
  ),
  PARLEY_UPGRADES_PER_MINUTE: limit(
    '300',
    'Attempts to connect a minute, of one address (IPv6: one /64), in the whole cluster',
  ),
  PARLEY_UPGRADES_PER_MINUTE_PER_TOKEN: limit(
    '120',
    'Attempts to connect a minute with one JWT, in the whole cluster',
  ),
  PARLEY_FAILED_CREDENTIALS_PER_MINUTE: limit(
    '30',
    'Refused credentials a minute, of one address, in the whole cluster; who has more must wait',
  ),
  PARLEY_JOINS_PER_MINUTE: limit('120', 'Joins a minute, of one peer, in the whole cluster'),
  PARLEY_MATCHES_PER_MINUTE: limit('60', 'Matches asked for a minute, of one peer, in the whole cluster'),
  PARLEY_UPDATES_PER_MINUTE: limit(
    '60',
    'Updates, refreshes, joins and matches repeated, and ICE servers asked for anew, a minute, of one session',
  ),
  PARLEY_CODES_PER_MINUTE: limit('120', 'Codes tried a minute, from one address, in the whole cluster'),
  PARLEY_CODES_PER_MINUTE_PER_REALM: limit(
    '6000',
    'Codes tried a minute, in one realm, in the whole cluster',
  ),
  PARLEY_SIGNAL_BURST: limit('1536', 'Frames one session may send at once, of whatever type'),
  PARLEY_SIGNALS_PER_SECOND: limit('50', 'Frames a second that one session may send over time'),
  PARLEY_SIGNAL_BURST_BYTES: limit(
    '1048576',
    'Bytes one session may send at once, not less than `PARLEY_MAX_MESSAGE_BYTES`',
    1_073_741_824,
  ),
  PARLEY_SIGNAL_BYTES_PER_SECOND: limit(
    '262144',
    'Bytes a second that one session may send over time',
    1_073_741_824,
  ),
  PARLEY_MAX_MESSAGE_BYTES: preset('65536', {
    meaning: 'Largest frame a client may send, in bytes.',
    schema: number(1_024, 1_048_576),
  }),
  PARLEY_IDLE_TIMEOUT_MS: limit(
    '600000',
    'In no room, in no queue and silent for this long, in milliseconds: closed',
    DAY_MS,
  ),
  PARLEY_MAX_SESSION_LIFETIME_MS: limit(
    '86400000',
    'How long a session may live, in milliseconds; each ends up to a tenth earlier, so that not all return at once',
    30 * DAY_MS,
  ),
  PARLEY_HEARTBEAT_INTERVAL_MS: preset('25000', {
    meaning:
      'How often a client is pinged, in milliseconds; less than the idle time of every proxy on the way.',
    schema: number(500, 300_000),
  }),
  PARLEY_HEARTBEAT_TIMEOUT_MS: preset('60000', {
    meaning: 'Nothing heard for this long, not even a pong, in milliseconds: the socket is dead.',
    schema: number(1_000, 900_000),
  }),

  PARLEY_CODE_TTL_MS: preset('600000', {
    meaning: 'How long a minted code is good even with nobody there, in milliseconds.',
    schema: number(1_000, DAY_MS),
  }),
  PARLEY_RESUME_WINDOW_MS: preset('120000', {
    meaning:
      'How long a peer whose socket is gone may come back to its rooms, and how long its mail is kept, in milliseconds, at least 1000; the same on all nodes. A client may need some seconds to notice and to try again, so less than 30 s loses people.',
    schema: number(1_000, DAY_MS),
  }),
  PARLEY_DRAIN_MS: preset('10000', {
    meaning:
      'How long SIGTERM may take to let clients go, in milliseconds: each is told a time of its own within it; 0: all are closed at once.',
    schema: number(0, DAY_MS),
  }),
  PARLEY_DRAIN_WAIT_MS: preset('2500', {
    meaning:
      'How much of it, in milliseconds, is for balancers to notice that the node is unready: it still takes sessions then.',
    schema: number(0, DAY_MS),
  }),
  PARLEY_STUN_URLS: optional({
    meaning:
      'STUN servers told to clients, comma separated, as `stun:host:port`: with one, they learn the address they have on the internet.',
    schema: stunUrls,
  }),
  PARLEY_TURN_URLS: optional({
    meaning:
      'TURN servers told to clients, comma separated, as `turn:host:port`, `turns:host:port`, each perhaps with `?transport=tcp`: they relay where there is no direct way. Each peer is given a credential of its own.',
    schema: turnUrls,
  }),
  PARLEY_TURN_SECRET: optional({
    meaning:
      'What these TURN servers know as `static-auth-secret`: 32 to 256 printable ASCII characters, no space, no quote or `=` at its beginning; the same on all nodes.',
    schema: turnSecret,
  }),
  PARLEY_TURN_TTL_SECONDS: preset('3600', {
    meaning:
      'How long a credential opens a relay, in seconds; what is open goes on. The clocks of nodes and TURN servers must agree far better than that.',
    schema: number(60, 86_400),
  }),
  PARLEY_DEMO_DIR: optional({ meaning: 'Folder of a page to serve at `/`; absent: none.', schema: text }),
  PARLEY_LOG_LEVEL: preset('info', {
    meaning: '`silent`, `error`, `warn`, `info` or `debug`.',
    schema: oneOf(LOG_LEVELS),
  }),
  PARLEY_LOG_KEY: optional({
    meaning:
      'What ids are called in logs is made with it: at least 32 bytes, the same on all nodes; absent: another one at each start.',
    schema: logKey,
  }),
  PARLEY_LOG_ADDRESSES: preset('false', {
    meaning: 'Addresses stand in logs as they are.',
    schema: flag,
  }),
} satisfies Record<string, Variable>;

export type VariableName = keyof typeof VARIABLES;
