import { isIP } from 'node:net';
import type * as z from 'zod';
import { VARIABLES, type Variable, type VariableName } from './variables.ts';

/** Every variable, read and checked; `undefined` where it has neither a value nor a default. */
export type Config = {
  readonly [Name in VariableName]: Value<(typeof VARIABLES)[Name]>;
} & {
  /** Lives of entries, for tests that must not wait for minutes; from `PARLEY_TEST_LIFE_MS` and `PARLEY_TEST_RENEWAL_MS`. */
  readonly livesForTesting: { readonly lifeMs: number; readonly renewalMs: number } | undefined;
};

type Value<Row> =
  Row extends Variable<infer T, infer Default> ? T | (Default extends string ? never : undefined) : never;

export type ConfigOutcome =
  | { readonly ok: true; readonly config: Config; readonly warnings: readonly string[] }
  /** One line a mistake. */
  | { readonly ok: false; readonly mistakes: readonly string[] };

export type Environment = Readonly<Record<string, string | undefined>>;

/** What Kubernetes puts into the environment of every pod beside a service called `parley`. */
const SERVICE_LINK = /^PARLEY_(SERVICE_(HOST|PORT(_\w+)?)|PORT_\d+_(TCP|UDP)(_\w+)?)$/;
const SERVICE_LINK_VALUE = /^(tcp|udp):\/\//;

/** Reads the environment: every mistake at once, and nothing is started with any. */
export function readConfig(environment: Environment): ConfigOutcome {
  const given = Object.entries(environment).filter(
    ([name, value]) => name.startsWith('PARLEY_') && value !== undefined && value !== '',
  );
  const links = given.filter(
    ([name, value]) =>
      SERVICE_LINK.test(name) || (name === 'PARLEY_PORT' && SERVICE_LINK_VALUE.test(value ?? '')),
  );
  const linkNames = new Set(links.map(([name]) => name));
  const settings = new Map(given.filter(([name]) => !linkNames.has(name)));
  const warnings =
    links.length === 0
      ? []
      : [
          `ignored what Kubernetes injects for a service called parley (${[...linkNames].join(', ')}): set enableServiceLinks: false`,
        ];

  const unknown = [...settings.keys()].filter(
    (name) => !Object.hasOwn(VARIABLES, name) && !name.startsWith('PARLEY_TEST_'),
  );
  const mistakes = unknown.map((name) => `${name} is not a setting of Parley`);
  const values: Record<string, unknown> = {};
  for (const [name, row] of Object.entries<Variable>(VARIABLES)) {
    const text = settings.get(name) ?? row.default;
    if (text === undefined) continue;
    const parsed = row.schema.safeParse(text);
    if (parsed.success) values[name] = parsed.data;
    else mistakes.push(`${name} ${wordsOf(parsed.error)}`);
  }
  const config = { ...values, livesForTesting: livesOf(settings) } as Config;
  if (mistakes.length === 0) mistakes.push(...contradictions(config, settings));
  return mistakes.length > 0 ? { ok: false, mistakes } : { ok: true, config, warnings };
}

/** What each setting alone cannot see. */
function contradictions(config: Config, given: ReadonlyMap<string, unknown>): string[] {
  const mistakes: string[] = [];
  const says = (condition: boolean, mistake: string) => condition && mistakes.push(mistake);
  const auth = authOf(config);
  const { PARLEY_JWT_ALGORITHM: algorithm, PARLEY_JWT_SECRET: secret, PARLEY_JWT_PUBLIC_KEYS: keys } = config;

  says(
    auth.length === 0,
    'nobody could connect: set PARLEY_PUBLIC_TOKENS, PARLEY_JWT_SECRET or PARLEY_JWT_PUBLIC_KEYS, or PARLEY_AUTH=none',
  );
  says(
    auth.includes('none') && auth.length > 1,
    'PARLEY_AUTH=none lets everybody in and cannot stand beside others',
  );
  says(
    auth.includes('public') && !config.PARLEY_PUBLIC_TOKENS,
    'PARLEY_AUTH names public, but PARLEY_PUBLIC_TOKENS is not set',
  );
  says(
    !auth.includes('public') && given.has('PARLEY_PUBLIC_TOKENS'),
    'PARLEY_PUBLIC_TOKENS is set, but PARLEY_AUTH does not name public',
  );
  if (auth.includes('jwt')) {
    says(algorithm === 'HS256' && !secret, 'PARLEY_JWT_ALGORITHM=HS256 needs PARLEY_JWT_SECRET');
    says(
      algorithm === 'HS256' && keys !== undefined,
      'PARLEY_JWT_PUBLIC_KEYS is set, but PARLEY_JWT_ALGORITHM is HS256',
    );
    says(algorithm !== 'HS256' && !keys, `PARLEY_JWT_ALGORITHM=${algorithm} needs PARLEY_JWT_PUBLIC_KEYS`);
    says(
      algorithm !== 'HS256' && secret !== undefined,
      `PARLEY_JWT_SECRET is set, but PARLEY_JWT_ALGORITHM is ${algorithm}`,
    );
  } else {
    says(
      secret !== undefined || keys !== undefined,
      'keys for JWTs are set, but PARLEY_AUTH does not name jwt',
    );
  }
  for (const entry of config.PARLEY_TRUSTED_PROXIES ?? [])
    says(
      !isBlock(entry),
      `PARLEY_TRUSTED_PROXIES has an entry that is neither an address nor a CIDR block: ${entry}`,
    );
  return mistakes;
}

/** Who may connect: as it is said, else what has keys. */
export function authOf(config: Config): readonly ('public' | 'jwt' | 'none')[] {
  if (config.PARLEY_AUTH) return config.PARLEY_AUTH;
  const hasJwtKeys = config.PARLEY_JWT_SECRET !== undefined || config.PARLEY_JWT_PUBLIC_KEYS !== undefined;
  return [
    ...(config.PARLEY_PUBLIC_TOKENS ? (['public'] as const) : []),
    ...(hasJwtKeys ? (['jwt'] as const) : []),
  ];
}

function livesOf(settings: ReadonlyMap<string, string | undefined>): Config['livesForTesting'] {
  const lifeMs = Number(settings.get('PARLEY_TEST_LIFE_MS'));
  const renewalMs = Number(settings.get('PARLEY_TEST_RENEWAL_MS'));
  return lifeMs > 0 && renewalMs > 0 ? { lifeMs, renewalMs } : undefined;
}

function isBlock(entry: string): boolean {
  const [address = '', bits, ...more] = entry.split('/');
  const family = isIP(address);
  if (family === 0 || more.length > 0) return false;
  return bits === undefined || (/^\d{1,3}$/.test(bits) && Number(bits) <= (family === 4 ? 32 : 128));
}

const wordsOf = (error: z.core.$ZodError) =>
  error.issues.map(({ message }) => message.charAt(0).toLowerCase() + message.slice(1)).join('; ');
