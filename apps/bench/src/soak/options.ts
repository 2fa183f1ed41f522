import { parseArgs } from 'node:util';

/** What a soak does. */
export interface SoakOptions {
  /** Of churn; what has lapsed is waited for after it. */
  readonly minutes: number;
  /** The same seed draws the same lives in the same order; how they interleave is the machine's. */
  readonly seed: number;
  /** So many pairs live at a time. */
  readonly pairs: number;
  /** So many pairs only sit in their rooms. */
  readonly standing: number;
  /** The folder for `soak.json` and `soak.svg`. */
  readonly out: string;
}

export const USAGE =
  'npm run soak [-- --minutes 30 --pairs 24 --standing 50 --seed 1 --out bench-results]\n' +
  'Exit code: 0 flat, 1 not flat or broken, 2 too short to say, 130 interrupted.';

/** @throws TypeError for what is no option, or no number where one must be */
export function readOptions(args: readonly string[]): SoakOptions {
  const { values } = parseArgs({
    args: [...args],
    options: {
      minutes: { type: 'string', default: '30' },
      seed: { type: 'string', default: '1' },
      pairs: { type: 'string', default: '24' },
      standing: { type: 'string', default: '50' },
      out: { type: 'string', default: 'bench-results' },
    },
  });
  return {
    minutes: numberOf('minutes', values.minutes, { least: 0.1, most: 24 * 60 }),
    seed: wholeOf('seed', values.seed, { least: 0, most: 2 ** 32 - 1 }),
    // More of either would be more open files than the load side may have.
    pairs: wholeOf('pairs', values.pairs, { least: 1, most: 1_000 }),
    standing: wholeOf('standing', values.standing, { least: 0, most: 5_000 }),
    out: values.out,
  };
}

interface Bounds {
  readonly least: number;
  readonly most: number;
}

function wholeOf(name: string, text: string, bounds: Bounds): number {
  const value = numberOf(name, text, bounds);
  if (!Number.isInteger(value)) throw new TypeError(`--${name} must be a whole number, not ${text}.`);
  return value;
}

function numberOf(name: string, text: string, { least, most }: Bounds): number {
  const value = text.trim() === '' ? Number.NaN : Number(text);
  if (!(value >= least && value <= most))
    throw new TypeError(`--${name} must be a number from ${least} to ${most}, not "${text}".`);
  return value;
}
