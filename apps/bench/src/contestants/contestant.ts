import type { DialectName } from '../load/dialects/index.ts';
import type { Watched } from '../load/cpu.ts';

/** A server, or several that belong together, as a scenario measures it. */
export interface Contestant {
  readonly name: string;
  readonly dialect: DialectName;
  /** Starts so many nodes of it, each a process of its own, with a Redis of their own if they use one. */
  start(nodes: number): Promise<Running>;
}

/** A contestant that was started. */
export interface Running {
  /** One for each node. */
  readonly ports: readonly number[];
  readonly watched: Watched;
  readonly redisUrl?: string;
  stop(): Promise<void>;
}
