const BAR_WIDTH = 24;

/** Says how far a run is: a bar that renews itself on a terminal, a line for each step elsewhere. */
export class Progress {
  readonly #steps: number;
  readonly #startedAtMs = performance.now();
  readonly #stream: NodeJS.WriteStream;
  #done = 0;
  /** What went wrong so far. */
  readonly failures: string[] = [];

  constructor(steps: number, stream: NodeJS.WriteStream = process.stderr) {
    this.#steps = steps;
    this.#stream = stream;
  }

  /** The next step begins. */
  begins(what: string): void {
    const text = progressLine(this.#done, this.#steps, performance.now() - this.#startedAtMs, what);
    this.#done += 1;
    if (this.#stream.isTTY) this.#stream.write(`\r\u001b[K${text.slice(0, this.#stream.columns - 1)}`);
    else this.#stream.write(`${text}\n`);
  }

  /** The step that was begun came to nothing. */
  failed(why: string): void {
    this.failures.push(why);
    this.end();
    this.#stream.write(`FAILED ${why}\n`);
  }

  /** Takes the bar away, so that results stand where it was. */
  end(): void {
    if (this.#stream.isTTY) this.#stream.write('\r\u001b[K');
  }
}

/** One line: the bar, the count, what is done now, and how long it will take if the rest takes as long as what is done. */
export function progressLine(done: number, steps: number, elapsedMs: number, what: string): string {
  const filled = Math.round((done / steps) * BAR_WIDTH);
  const bar = `${'█'.repeat(filled)}${'░'.repeat(BAR_WIDTH - filled)}`;
  const left = done === 0 ? '' : `, about ${duration((elapsedMs / done) * (steps - done))} left`;
  return `${bar} ${done + 1}/${steps} ${what}${left}`;
}

function duration(ms: number): string {
  const seconds = Math.round(ms / 1_000);
  return seconds < 60 ? `${seconds} s` : `${Math.floor(seconds / 60)} min ${seconds % 60} s`;
}
