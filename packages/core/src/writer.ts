import { NOT_AFTER_MS, Unavailable } from './ports/directory.ts';
import type { Cancel, Clock, Random } from './ports/clock.ts';
import type { Log } from './ports/log.ts';
import type { Metrics } from './ports/metrics.ts';

type Job = () => Promise<void>;

/** To {@link Writer.ask}, of a command that leaves nothing behind: what comes next only must not be overtaken by it. */
export const nothingToUndo = async (): Promise<void> => {};

/** The commands of one key: the first is in flight, the others wait. */
interface Line {
  readonly jobs: Job[];
  /** When the first one became the first. */
  movedAtMs: number;
}

/**
 * How long a line may stand still before who waits in it is sent away; a long line that moves is only busy. A command that
 * did not even start has certainly not happened.
 */
const TURN_TIMEOUT_MS = 250;
/** By how much this node may be wrong about the directory's time. */
const CLOCKS_APART_MS = 500;
const RETRY_MS = { first: 100, most: 2_000 };

/**
 * The one writer: per key at most one command to the directory is in flight, and what comes later waits for it.
 *
 * Two commands in flight can be swapped on their way, and one whose outcome is unknown can run long after it was given up.
 * So nothing of a key goes on before its last outcome is known or undone.
 */
export class Writer {
  readonly #lines = new Map<string, Line>();
  readonly #clock: Clock;
  readonly #random: Random;
  readonly #metrics: Metrics;
  readonly #log: Log;
  #stopped = false;

  constructor(options: { clock: Clock; random: Random; metrics: Metrics; log: Log }) {
    this.#clock = options.clock;
    this.#random = options.random;
    this.#metrics = options.metrics;
    this.#log = options.log;
  }

  /** Something of this key is in flight or waiting. */
  busy(key: string): boolean {
    return this.#lines.has(key);
  }

  /** Keys with something in flight or waiting. */
  get size(): number {
    return this.#lines.size;
  }

  /**
   * Runs `command` once, in its turn. Rejects with {@link Unavailable} if its turn does not come in time or the node stops,
   * or with what the command rejects with. In that last case, unless it certainly never happened, `undo` is repeated until it has succeeded, and not before the
   * command can no longer happen; only then does the key go on.
   */
  ask<T>(key: string, command: () => Promise<T>, undo?: () => Promise<unknown>): Promise<T> {
    return new Promise((resolve, reject) => {
      let tooLate = false;
      const cancel = this.#whenStill(key, () => {
        tooLate = true;
        reject(new Unavailable('an earlier command for this key has no known outcome yet'));
      });
      this.#enqueue(key, async () => {
        cancel();
        if (tooLate) return;
        if (this.#stopped) return reject(new Unavailable('the node stops'));
        const startedAtMs = this.#clock.nowMs();
        try {
          resolve(await this.#measure(command));
        } catch (error) {
          reject(error);
          if (undo === undefined || (error instanceof Unavailable && error.neverHappened)) return;
          await this.#pause(startedAtMs + NOT_AFTER_MS + CLOCKS_APART_MS - this.#clock.nowMs());
          await this.#repeat(undo);
        }
      });
    });
  }

  /** Runs an idempotent `command` in its turn, again and again until it succeeds. Never rejects. `undefined`: the node stopped first. */
  insist<T>(key: string, command: () => Promise<T>): Promise<T | undefined> {
    return new Promise((resolve) => {
      this.#enqueue(key, () => this.#repeat(command).then(resolve));
    });
  }

  /** Starts nothing more. What is in flight ends by itself. */
  stop(): void {
    this.#stopped = true;
  }

  #enqueue(key: string, job: Job): void {
    const line = this.#lines.get(key);
    if (line) {
      line.jobs.push(job);
      return;
    }
    const fresh = { jobs: [job], movedAtMs: this.#clock.nowMs() };
    this.#lines.set(key, fresh);
    void this.#work(key, fresh);
  }

  async #work(key: string, line: Line): Promise<void> {
    for (let job = line.jobs[0]; job; job = line.jobs[0]) {
      await job();
      line.jobs.shift();
      line.movedAtMs = this.#clock.nowMs();
    }
    this.#lines.delete(key);
  }

  /** Runs `task` once the line of this key has stood still for too long. */
  #whenStill(key: string, task: () => void): Cancel {
    const look = () => {
      const stillMs = this.#clock.nowMs() - (this.#lines.get(key)?.movedAtMs ?? 0);
      if (stillMs >= TURN_TIMEOUT_MS) task();
      else cancel = this.#clock.after(TURN_TIMEOUT_MS - stillMs, look);
    };
    let cancel = this.#clock.after(TURN_TIMEOUT_MS, look);
    return () => cancel();
  }

  async #repeat<T>(command: () => Promise<T>): Promise<T | undefined> {
    for (let delayMs = RETRY_MS.first; !this.#stopped; delayMs = Math.min(delayMs * 2, RETRY_MS.most)) {
      try {
        return await this.#measure(command);
      } catch {
        // What could not be asked was counted, what must not fail was logged; either way, nobody else can do this.
        await this.#pause(delayMs / 2 + this.#random.below(delayMs / 2));
      }
    }
    return undefined;
  }

  async #measure<T>(command: () => Promise<T>): Promise<T> {
    const startedAtMs = this.#clock.nowMs();
    let outcome: 'ok' | 'unavailable' = 'unavailable';
    try {
      const answer = await command();
      outcome = 'ok';
      return answer;
    } catch (error) {
      if (!(error instanceof Unavailable))
        this.#log.error({ event: 'command-failed', error }, 'a command failed');
      throw error;
    } finally {
      this.#metrics.directoryAnswered(outcome, this.#clock.nowMs() - startedAtMs);
    }
  }

  #pause(delayMs: number): Promise<void> {
    return new Promise((resolve) => this.#clock.after(Math.max(0, delayMs), resolve));
  }
}
