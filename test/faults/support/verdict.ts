import { describeFault } from './schedule.ts';
import type { Verdict } from './trial.ts';

/** What happened, what came of it, and with which seed it can be had again. */
export function describeVerdict(verdict: Verdict<Partial<Record<string, readonly string[]>>>): string {
  const { seed, durationMs, planned, wrongs, counts } = verdict;
  const numbers = Object.entries(counts).map(([name, count]) => `${name} ${count}`);
  const broken = Object.entries(wrongs).flatMap(([invariant, found = []]) => [
    `  broken: ${invariant} (${found.length})`,
    ...found.slice(0, SHOWN).map((what) => `    ${what}`),
  ]);
  return [
    `seed ${seed}, ${durationMs / 1_000} s: ${numbers.join(', ')}`,
    ...(broken.length > 0 ? planned.map((fault) => `  ${describeFault(fault)}`) : []),
    ...broken,
  ].join('\n');
}

const SHOWN = 8;
