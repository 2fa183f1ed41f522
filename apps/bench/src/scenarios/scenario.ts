import type { Found } from '../load/jobs/job.ts';

/** How much is measured: `quick` is for a look, not for publishing. */
export interface Scale {
  readonly isQuick: boolean;
  readonly seed: number;
}

/** One number that a scenario measures of each entrant. */
export interface Figure {
  /** Its name in {@link Found}. */
  readonly name: string;
  readonly title: string;
  readonly unit: string;
  readonly better: 'more' | 'less';
}

/** Who takes part: a contestant, or the same one at another size. */
export interface Entrant {
  readonly name: string;
  /** Starts it afresh, measures it once and stops it. */
  measure(scale: Scale): Promise<Found>;
}

/** What Parley is to reach: a ratio to another entrant of the same run, or a value. */
export interface Target {
  readonly figure: string;
  /** Whose figure is judged; Parley, if absent. */
  readonly of?: string;
  /** The ratio is to the best of these; absent: `limit` is a value of the figure itself. */
  readonly beside?: readonly string[];
  readonly limit: number;
}

/** One row of the question "how does Parley compare": the same work for every entrant. */
export interface Scenario {
  readonly name: string;
  readonly title: string;
  /** Runs only when it is named: it takes many minutes. */
  readonly isLong?: boolean;
  /** A quick run leaves it out, unless it is named. */
  readonly isThorough?: boolean;
  readonly figures: readonly Figure[];
  readonly entrants: readonly Entrant[];
  readonly targets: readonly Target[];
  /** How often at most, however often the others are measured. */
  readonly maxRounds?: number;
}
