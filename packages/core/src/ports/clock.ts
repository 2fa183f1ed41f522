/** Takes back what was asked of a {@link Clock}. Calling it late or twice does nothing. */
export type Cancel = () => void;

/** Time as one node sees it. A port, so that a simulation can run years in a second and repeat them exactly. */
export interface Clock {
  /** Milliseconds of a clock that never goes back. Its zero means nothing: only differences do. */
  nowMs(): number;
  /** Runs `task` once, not before `delayMs` have passed. */
  after(delayMs: number, task: () => void): Cancel;
  /** Runs `task` when this turn of the event loop has read everything that is there to read: the moment to send what was gathered. */
  endOfTurn(task: () => void): void;
}

/** Chance, as a port for the same reason. */
export interface Random {
  /** 128 unguessable bits as 32 lower-case hexadecimal digits. */
  id(): string;
  /** An unguessable whole number, 0 <= n < `bound`. */
  below(bound: number): number;
}
