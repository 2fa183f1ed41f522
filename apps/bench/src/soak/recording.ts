import { cpus, totalmem } from 'node:os';

import type { LifeName } from './lives.ts';
import type { Sample } from './measures.ts';
import type { SoakOptions } from './options.ts';
import type { Verdict } from './verdict.ts';

/** Everything that a soak found out: what `soak.json` holds and the picture is drawn from. */
export interface Recording {
  /** When it began, ISO 8601. */
  readonly startedAt: string;
  readonly machine: Machine;
  readonly options: SoakOptions;
  /** How long pairs came and went, in milliseconds; less than was asked for when it was interrupted. */
  readonly lastedMs: number;
  readonly lives: Readonly<Record<LifeName, number>>;
  /** Lives that did not go as they should, by why. */
  readonly failed: Readonly<Record<string, number>>;
  /** WebSocket connections in all. */
  readonly sockets: number;
  readonly verdict: Verdict;
  /** From the first life on; the last ones are of the time when everybody has left. */
  readonly samples: readonly Sample[];
}

/** What it ran on. */
export interface Machine {
  readonly cpu: string;
  readonly cores: number;
  readonly memoryBytes: number;
  readonly node: string;
  readonly redis: string;
}

export function thisMachine(redis: string): Machine {
  const processors = cpus();
  return {
    cpu: processors[0]?.model ?? 'unknown',
    cores: processors.length,
    memoryBytes: totalmem(),
    node: process.version,
    redis,
  };
}

/** All of a table of counts together. */
export const sumOf = (counts: Readonly<Record<string, number>>) =>
  Object.values(counts).reduce((sum, count) => sum + count, 0);
