import type { Config } from './config.ts';
import { tlsFaults } from './tls.ts';
import type { VariableName } from './variables.ts';
import { authOf, keyFaults } from './verifier.ts';

type Values = Partial<Config>;
type IsGiven = (name: VariableName) => boolean;
/** What is said if it is so. */
type Rows = readonly (readonly [isSo: boolean, mistake: string])[];

/**
 * What each setting alone cannot see: one line a contradiction.
 *
 * @param values without those that are bad: nothing that depends on one of them is said
 * @param isGiven whether a setting is there, be it good or bad
 */
export function contradictions(values: Values, isGiven: IsGiven): string[] {
  const { PARLEY_JWT_ALGORITHM: algorithm, PARLEY_JWT_PUBLIC_KEYS: files } = values;
  const isAuthBad = isGiven('PARLEY_AUTH') && values.PARLEY_AUTH === undefined;
  const rows = [
    ...(isAuthBad ? [] : aboutAuth(values, isGiven)),
    ...aboutLimits(values),
    ...aboutOps(values),
    ...aboutTurn(values, isGiven),
    ...aboutTransport(values, isGiven),
  ];
  const faults = files ? keyFaults(algorithm, files) : [];
  return [
    ...rows.filter(([isSo]) => isSo).map(([, mistake]) => mistake),
    ...faults.map((fault) => `PARLEY_JWT_PUBLIC_KEYS: ${fault}`),
    ...tlsFaults(values, isGiven),
  ];
}

function aboutAuth(values: Values, isGiven: IsGiven): Rows {
  const auth = authOf(values.PARLEY_AUTH, isGiven);
  const unnamed = (kind: (typeof auth)[number], name: VariableName) =>
    [!auth.includes(kind) && isGiven(name), `${name} is set, but PARLEY_AUTH does not name ${kind}`] as const;
  return [
    [
      auth.length === 0,
      'nobody could connect: set PARLEY_PUBLIC_TOKENS, PARLEY_JWT_SECRET, PARLEY_JWT_PUBLIC_KEYS or PARLEY_JWT_JWKS_URL, or PARLEY_AUTH=none',
    ],
    [
      auth.includes('none') && auth.length > 1,
      'PARLEY_AUTH=none lets everybody in and cannot stand beside others',
    ],
    [
      auth.includes('public') && !isGiven('PARLEY_PUBLIC_TOKENS'),
      'PARLEY_AUTH names public, but PARLEY_PUBLIC_TOKENS is not set',
    ],
    unnamed('public', 'PARLEY_PUBLIC_TOKENS'),
    unnamed('jwt', 'PARLEY_JWT_SECRET'),
    unnamed('jwt', 'PARLEY_JWT_PUBLIC_KEYS'),
    unnamed('jwt', 'PARLEY_JWT_JWKS_URL'),
    ...(auth.includes('jwt') ? aboutAlgorithm(values.PARLEY_JWT_ALGORITHM, isGiven) : []),
  ];
}

function aboutTransport({ PARLEY_REQUIRE_SECURE: isRequired }: Values, isGiven: IsGiven): Rows {
  const ways: readonly VariableName[] = ['PARLEY_TLS_CERT_FILE', 'PARLEY_TRUSTED_PROXIES'];
  return [
    [
      isRequired === true && !ways.some(isGiven),
      `PARLEY_REQUIRE_SECURE would refuse everybody: set ${ways.join(', or ')} to the proxy that ends TLS`,
    ],
  ];
}

/** What would refuse everybody for ever. */
function aboutLimits(values: Values): Rows {
  const {
    PARLEY_MAX_MESSAGE_BYTES: messageBytes = 0,
    PARLEY_SIGNAL_BURST_BYTES: burstBytes = Infinity,
    PARLEY_HEARTBEAT_INTERVAL_MS: intervalMs = 0,
    PARLEY_HEARTBEAT_TIMEOUT_MS: timeoutMs = Infinity,
    PARLEY_DRAIN_MS: drainMs = Infinity,
    PARLEY_DRAIN_WAIT_MS: waitMs = 0,
  } = values;
  return [
    [
      burstBytes > 0 && burstBytes < messageBytes,
      'PARLEY_SIGNAL_BURST_BYTES is less than PARLEY_MAX_MESSAGE_BYTES: the largest message could never be sent',
    ],
    [
      drainMs > 0 && waitMs >= drainMs,
      'PARLEY_DRAIN_WAIT_MS is not less than PARLEY_DRAIN_MS: no time would be left for clients to go',
    ],
    [
      timeoutMs < 2 * intervalMs,
      'PARLEY_HEARTBEAT_TIMEOUT_MS is less than twice PARLEY_HEARTBEAT_INTERVAL_MS: one late pong would end a session',
    ],
  ];
}

/** What everybody knows lets nobody do anything. */
function aboutOps(values: Values): Rows {
  const { PARLEY_OPS_TOKEN: token, PARLEY_PUBLIC_TOKENS: publicTokens = [] } = values;
  return [
    [
      token !== undefined && publicTokens.includes(token),
      'PARLEY_OPS_TOKEN is one of PARLEY_PUBLIC_TOKENS, which stand in pages',
    ],
  ];
}

/** A TURN server without its secret refuses everybody, and nobody would know why. */
function aboutTurn(values: Values, isGiven: IsGiven): Rows {
  const { PARLEY_TURN_SECRET: secret, PARLEY_PUBLIC_TOKENS: publicTokens = [] } = values;
  const urls = 'PARLEY_TURN_URLS';
  const useless = (name: VariableName) =>
    [isGiven(name) && !isGiven(urls), `${name} is set, but ${urls} is not`] as const;
  return [
    [
      isGiven(urls) && !isGiven('PARLEY_TURN_SECRET'),
      `${urls} needs PARLEY_TURN_SECRET, which those servers know as static-auth-secret`,
    ],
    useless('PARLEY_TURN_SECRET'),
    useless('PARLEY_TURN_TTL_SECONDS'),
    [
      secret !== undefined && publicTokens.includes(secret),
      'PARLEY_TURN_SECRET is one of PARLEY_PUBLIC_TOKENS, which stand in pages',
    ],
  ];
}

function aboutAlgorithm(algorithm: Values['PARLEY_JWT_ALGORITHM'], isGiven: IsGiven): Rows {
  if (algorithm === undefined) return [];
  const secret = ['PARLEY_JWT_SECRET'] as const;
  const keys = ['PARLEY_JWT_PUBLIC_KEYS', 'PARLEY_JWT_JWKS_URL'] as const;
  const fitting = algorithm === 'HS256' ? 'RS256 or ES256' : 'HS256';
  const [needed, useless] = algorithm === 'HS256' ? [secret, keys] : [keys, secret];
  return [
    [
      !needed.some(isGiven) && !useless.some(isGiven),
      `PARLEY_JWT_ALGORITHM=${algorithm} needs ${needed.join(' or ')}`,
    ],
    ...useless.map(
      (name) =>
        [
          isGiven(name),
          `${name} is set, but PARLEY_JWT_ALGORITHM is ${algorithm}: it takes ${fitting}`,
        ] as const,
    ),
    [
      algorithm !== 'HS256' && keys.every(isGiven),
      `${keys.join(' and ')} are both set: keys come from one place`,
    ],
  ];
}
