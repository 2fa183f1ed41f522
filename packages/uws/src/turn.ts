/** Whoever has something to write at the end of a turn of the event loop. */
export interface Writer {
  flush(): void;
}

/**
 * Gathers what is sent in one turn of the event loop, so that each socket is written to once: a system call costs more than
 * everything else about a signal, and the sender of one is often also told something (a receipt, the answer).
 *
 * Measured with 200 pairs that signal to each other, each signal with its receipt: 17.7 instead of 24.6 µs of processor time a signal.
 */
export class Turn {
  readonly #onFault: (error: unknown) => void;
  #waiting: Writer[] = [];

  /** `onFault` is told what a writer threw, which must not cost the others their turn. */
  constructor(onFault: (error: unknown) => void) {
    this.#onFault = onFault;
  }

  /** To be called once for each flush. */
  add(writer: Writer): void {
    // After `poll`, so after everything that was there to be read.
    if (this.#waiting.push(writer) === 1) setImmediate(this.#end);
  }

  readonly #end = (): void => {
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const writer of waiting) this.#flush(writer);
  };

  #flush(writer: Writer): void {
    try {
      writer.flush();
    } catch (error) {
      this.#onFault(error);
    }
  }
}
