import { parseArgs } from 'node:util';

import type { Scenario } from './scenarios/scenario.ts';

/** What the command line asks for. */
export interface Options {
  readonly scenarios: readonly Scenario[];
  /** How often each scenario is measured; absent: as often as it wants itself. */
  readonly rounds: number | undefined;
  readonly seed: number;
  readonly isQuick: boolean;
  /** Where the picture goes besides `bench-results/`. */
  readonly picture: string | undefined;
  /** Where CPU profiles of the Parley nodes go. */
  readonly profile: string | undefined;
}

/**
 * Reads the command line.
 *
 * @throws Error with a sentence for whoever typed it
 */
export function readOptions(args: readonly string[], all: readonly Scenario[]): Options {
  const { values } = parseArgs({
    args: [...args],
    options: {
      quick: { type: 'boolean', default: false },
      scenario: { type: 'string', multiple: true, default: [] },
      rounds: { type: 'string' },
      seed: { type: 'string' },
      picture: { type: 'string' },
      profile: { type: 'string' },
    },
  });
  return {
    scenarios: chosen(values.scenario, values.quick, all),
    rounds: wholeNumber('--rounds', values.rounds),
    seed: wholeNumber('--seed', values.seed) ?? 1,
    isQuick: values.quick,
    picture: values.picture,
    profile: values.profile,
  };
}

/** What `npm run bench -- --help` would say, and every mistake does. */
export function usage(all: readonly Scenario[]): string {
  const names = all.map(
    ({ name, title, isLong }) => `  ${name.padEnd(16)}${title}${isLong ? ' (only when named)' : ''}`,
  );
  return [
    'npm run bench -- [--quick] [--scenario NAME]... [--rounds N] [--seed N] [--picture FILE.svg] [--profile FOLDER]',
    ...names,
  ].join('\n');
}

function chosen(names: readonly string[], isQuick: boolean, all: readonly Scenario[]): readonly Scenario[] {
  if (names.length === 0) return all.filter(({ isLong, isThorough }) => !isLong && !(isQuick && isThorough));
  return names.map((name) => {
    const found = all.find((scenario) => scenario.name === name);
    if (!found) throw new Error(`there is no scenario "${name}"`);
    return found;
  });
}

function wholeNumber(name: string, text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  const number = Number(text);
  if (!Number.isSafeInteger(number) || number < 1)
    throw new Error(`${name} wants a whole number, at least 1`);
  return number;
}
