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
  /** How many sit in one room, an even number. */
  readonly roomSize: number;
  /** Messages that are on their way in each direction of a pair. */
  readonly inFlight: number;
  readonly warmupMs: number;
  readonly measureMs: number;
}

/** One pair, alone. */
export interface TripJob extends Common {
  readonly name: 'trip';
  readonly warmupTrips: number;
  readonly trips: number;
}

/** Many connect, and stay. */
export interface ConnectJob extends Common {
  readonly name: 'connect';
  readonly atOnce: number;
  readonly warmup: number;
  readonly count: number;
}

/** Pairs come, find each other and go. */
export interface PairingJob extends Common {
  readonly name: 'pairing';
  readonly atOnce: number;
  readonly warmup: number;
  readonly count: number;
}

/** Connections that do nothing, until the process is ended. */
export interface HoldJob extends Omit<Common, 'watched'> {
  readonly name: 'hold';
  readonly count: number;
}

/** A job that ends by itself, and finds something. */
export type MeasuringJob = RelayJob | TripJob | ConnectJob | PairingJob;

export type Job = MeasuringJob | HoldJob;

/** What a load found. */
export interface Found {
  readonly figures: Readonly<Record<string, number>>;
  readonly busy: Busy;
}
