import type { DialectName } from '../dialects/index.ts';
import type { Busy, Watched } from '../cpu.ts';

/** What every load needs to know. */
interface Common {
  readonly dialect: DialectName;
  readonly ports: readonly number[];
  readonly seed: number;
  readonly watched: Watched;
}

/** Pairs send each other a description, each member again as soon as it has received one. */
export interface RelayJob extends Common {
  readonly name: 'relay';
  readonly pairs: number;
  /** Messages that are on their way in each direction of a pair. */
  readonly inFlight: number;
  readonly warmupMs: number;
  readonly measureMs: number;
}

export type Job = RelayJob;

/** What a load found. */
export interface Found {
  readonly figures: Readonly<Record<string, number>>;
  readonly busy: Busy;
}
