import type { NodeOptions } from '@parley/core';
import type { Config } from './config.ts';
import { VARIABLES, type VariableName } from './variables.ts';

/** What sessions and callers may do, as configured. */
export function limitsOf(config: Config): Pick<NodeOptions, 'budgets' | 'rates'> {
  return {
    budgets: {
      burst: config.PARLEY_SIGNAL_BURST,
      perSecond: config.PARLEY_SIGNALS_PER_SECOND,
      burstBytes: config.PARLEY_SIGNAL_BURST_BYTES,
      bytesPerSecond: config.PARLEY_SIGNAL_BYTES_PER_SECOND,
      changesPerMinute: config.PARLEY_UPDATES_PER_MINUTE,
    },
    rates: {
      'upgrade-address': config.PARLEY_UPGRADES_PER_MINUTE,
      'upgrade-token': config.PARLEY_UPGRADES_PER_MINUTE_PER_TOKEN,
      credential: config.PARLEY_FAILED_CREDENTIALS_PER_MINUTE,
      join: config.PARLEY_JOINS_PER_MINUTE,
      match: config.PARLEY_MATCHES_PER_MINUTE,
      'guess-address': config.PARLEY_CODES_PER_MINUTE,
      'guess-realm': config.PARLEY_CODES_PER_MINUTE_PER_REALM,
    },
  };
}

/** Limits that are 0, by their names: whoever starts a node is to know what it no longer protects. */
export function limitsSwitchedOff(config: Config): VariableName[] {
  return LIMITS.filter((name) => partnersOf(name).some((one) => config[one] === 0));
}

/** A burst without a rate limits nothing, nor the other way round. */
const PAIRS: readonly (readonly VariableName[])[] = [
  ['PARLEY_SIGNAL_BURST', 'PARLEY_SIGNALS_PER_SECOND'],
  ['PARLEY_SIGNAL_BURST_BYTES', 'PARLEY_SIGNAL_BYTES_PER_SECOND'],
];

const partnersOf = (name: VariableName) => PAIRS.find((pair) => pair.includes(name)) ?? [name];

const LIMITS = (Object.keys(VARIABLES) as VariableName[]).filter((name) => 'isLimit' in VARIABLES[name]);
