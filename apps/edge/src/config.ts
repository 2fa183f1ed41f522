import { contradictions } from './contradictions.ts';
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

/** What Kubernetes puts into the environment of every pod beside a service called `parley`, or `parley-redis`. */
const SERVICE_LINK = /^PARLEY_(\w+_)?(SERVICE_(HOST|PORT(_\w+)?)|PORT_\d+_(TCP|UDP)(_\w+)?)$/;
const SERVICE_LINK_VALUE = /^(tcp|udp):\/\//;

/** Reads the environment: every mistake at once, and nothing is started with any. */
export function readConfig(environment: Environment): ConfigOutcome {
  const { settings, warnings } = settingsIn(environment);
  const { values, faults } = valuesOf(settings);
  const mistakes = [
    ...unknownNames(settings).map((name) => `${name} is not a setting of Parley`),
    ...faults,
    ...contradictions(values, (name) => settings.has(name)),
  ];
  if (mistakes.length > 0) return { ok: false, mistakes };
  const config = { ...values, livesForTesting: livesOf(settings) } as Config;
  return { ok: true, config, warnings };
}

type Settings = ReadonlyMap<string, string>;

/** What is set, without what Kubernetes set. */
function settingsIn(environment: Environment): { settings: Settings; warnings: string[] } {
  const settings = new Map<string, string>();
  const links: string[] = [];
  for (const [name, value] of Object.entries(environment)) {
    if (!name.startsWith('PARLEY_') || value === undefined || value === '') continue;
    if (isServiceLink(name, value)) links.push(name);
    else settings.set(name, value);
  }
  const warning = `ignored what Kubernetes injects for a service called parley (${links.join(', ')}): set enableServiceLinks: false`;
  return { settings, warnings: links.length > 0 ? [warning] : [] };
}

const isServiceLink = (name: string, value: string) =>
  SERVICE_LINK.test(name) || (name.endsWith('_PORT') && SERVICE_LINK_VALUE.test(value));

const unknownNames = (settings: Settings) =>
  [...settings.keys()].filter((name) => !Object.hasOwn(VARIABLES, name) && !name.startsWith('PARLEY_TEST_'));

/** What could be read, and what is wrong with the rest. */
function valuesOf(settings: Settings): { values: Partial<Config>; faults: ReadonlySet<string> } {
  const values: Record<string, unknown> = {};
  // A set: several entries of one list may be wrong in the same way.
  const faults = new Set<string>();
  for (const [name, row] of Object.entries<Variable>(VARIABLES)) {
    const text = settings.get(name) ?? row.default;
    if (text === undefined) continue;
    const parsed = row.schema.safeParse(text);
    if (parsed.success) values[name] = parsed.data;
    else for (const { message } of parsed.error.issues) faults.add(`${name}: ${message}`);
  }
  return { values, faults };
}

function livesOf(settings: Settings): Config['livesForTesting'] {
  const lifeMs = Number(settings.get('PARLEY_TEST_LIFE_MS'));
  const renewalMs = Number(settings.get('PARLEY_TEST_RENEWAL_MS'));
  return lifeMs > 0 && renewalMs > 0 ? { lifeMs, renewalMs } : undefined;
}
