import type { Found } from '../load/jobs/job.ts';
import type { Machine } from '../machine.ts';
import type { Rounds } from '../rounds.ts';
import type { Figure, Scenario, Target } from '../scenarios/scenario.ts';
import { median } from '../statistics.ts';

/** A whole run, as it is kept in JSON. */
export interface Report {
  readonly startedAt: string;
  readonly isQuick: boolean;
  readonly seed: number;
  readonly machine: Machine;
  readonly scenarios: readonly Outcome[];
  /** Rounds that came to nothing, and why. */
  readonly failures: readonly string[];
}

/** What came of one scenario. */
export interface Outcome {
  readonly name: string;
  readonly title: string;
  readonly rounds: number;
  readonly figures: readonly FigureOutcome[];
  readonly verdicts: readonly Verdict[];
}

export interface FigureOutcome extends Figure {
  readonly rows: readonly Row[];
}

/** One entrant: the median of its rounds and all of them, and how busy its processes were, as medians too. */
export interface Row {
  readonly name: string;
  readonly median: number;
  readonly values: readonly number[];
  readonly busy: {
    readonly load: number;
    readonly servers: number | undefined;
    readonly redis: number | undefined;
  };
}

/** A target, and what was reached of it. */
export interface Verdict {
  readonly text: string;
  readonly reached: number;
  readonly isMet: boolean;
}

/** Sums up what the rounds found. */
export function outcomeOf(scenario: Scenario, rounds: Rounds): Outcome {
  const measured = scenario.figures.map((figure) => ({ ...figure, rows: rowsOf(figure, rounds) }));
  const figures = measured.filter(({ rows }) => rows.length > 0);
  return {
    name: scenario.name,
    title: scenario.title,
    rounds: Math.max(...[...rounds.values()].map(({ length }) => length)),
    figures,
    verdicts: scenario.targets
      .filter(({ figure }) => figures.some(({ name }) => name === figure))
      .map((target) => verdictOn(target, figures)),
  };
}

/** An entrant that has no such figure has no row. */
function rowsOf({ name: figure }: Figure, rounds: Rounds): Row[] {
  return [...rounds].flatMap(([name, found]) => {
    const values = present(found, ({ figures }) => figures[figure]);
    return values.length === 0 ? [] : [{ name, median: median(values), values, busy: busyOf(found) }];
  });
}

function busyOf(found: readonly Found[]): Row['busy'] {
  const middle = (pick: (one: Found) => number | undefined) => {
    const values = present(found, pick);
    return values.length === 0 ? undefined : median(values);
  };
  return {
    load: middle(({ busy }) => busy.load) ?? 0,
    servers: middle(({ busy }) => busy.servers),
    redis: middle(({ busy }) => busy.redis),
  };
}

const present = (found: readonly Found[], pick: (one: Found) => number | undefined) =>
  found.map(pick).filter((value) => value !== undefined);

function verdictOn(
  { figure: name, of = 'Parley', beside, limit }: Target,
  figures: readonly FigureOutcome[],
): Verdict {
  const figure = figures.find((one) => one.name === name);
  const middle = (entrant: string) => figure?.rows.find((row) => row.name === entrant)?.median ?? NaN;
  const isMore = figure?.better === 'more';
  const others = beside?.map(middle) ?? [1];
  const reached = middle(of) / (isMore ? Math.max(...others) : Math.min(...others));
  const best = beside && beside.length > 1 ? `the best of ${beside.join(', ')}` : beside?.[0];
  const what = `${figure?.title}: ${isMore ? 'at least' : 'at most'} ${limit}`;
  return {
    text: beside ? `${what} x ${best}` : `${what} ${figure?.unit ?? ''}`.trimEnd(),
    reached,
    isMet: isMore ? reached >= limit : reached <= limit,
  };
}
