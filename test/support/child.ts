import { spawn, type ChildProcess } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';

import { tethered } from './tether.ts';
import { until, type Missing } from './until.ts';

/** How a process ended: by itself with a code, or by a signal. */
export interface Exit {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

/** What to start. Everything has a default but the program. */
export interface Command {
  /** For errors: which of the started programs is meant. */
  readonly name: string;
  readonly path: string;
  readonly args?: readonly string[];
  readonly env?: NodeJS.ProcessEnv;
  readonly cwd?: string;
  /** A folder that lives as long as the process; see {@link temporaryFolder}. */
  readonly folder?: string;
  /** Called with each line as it is written to standard output or error. */
  readonly onLine?: (line: string) => void;
}

/**
 * A real program, started for a test: its output is kept and shown when something goes wrong, and it ends with
 * `stop()`, with the test process, or by itself, whatever comes first.
 */
export class Child {
  /** Settles when the process has ended and all its output was read. */
  readonly exited: Promise<Exit>;

  readonly #name: string;
  readonly #process: ChildProcess;
  readonly #folder: string | undefined;
  readonly #lines: string[] = [];
  #exit: Exit | undefined;

  constructor({ name, path, args = [], env = surroundings(), cwd, folder, onLine }: Command) {
    const [program, ...words] = tethered(path, args);
    this.#name = name;
    this.#folder = folder;
    this.#process = spawn(program, words, { env, cwd, stdio: ['ignore', 'pipe', 'pipe'] });
    for (const stream of [this.#process.stdout, this.#process.stderr]) {
      if (stream === null) continue;
      createInterface({ input: stream }).on('line', (line) => {
        this.#lines.push(line);
        onLine?.(line);
      });
    }
    this.exited = new Promise((resolve) => {
      this.#process.once('error', (error) => this.#lines.push(error.message));
      this.#process.once('close', (code, signal) => {
        this.#exit = { code, signal };
        living.delete(this);
        resolve(this.#exit);
      });
    });
    living.add(this);
  }

  /** Everything it wrote so far, both streams, in the order in which it arrived. */
  get output(): string {
    return this.#lines.join('\n');
  }

  get pid(): number {
    const { pid } = this.#process;
    if (pid === undefined) throw new Error(`${this.#name} did not start:\n${this.output}`);
    return pid;
  }

  /**
   * Waits until the probe answers, as {@link until} does.
   *
   * @throws Error with the output, when the process ends first or the deadline comes; then nothing is left of it
   */
  async ready<T>(probe: () => T | Missing | Promise<T | Missing>, deadlineMs = 20_000): Promise<T> {
    try {
      const answer = await until(
        `${this.#name} to answer`,
        async () => (this.#exit ? { exit: this.#exit } : wrapped(await probe())),
        deadlineMs,
      );
      if ('exit' in answer) throw new Error(`${this.#name} ended at once (${JSON.stringify(answer.exit)})`);
      return answer.value;
    } catch (error) {
      await this.stop();
      throw new Error(`${(error as Error).message}\n${this.output}`, { cause: error });
    }
  }

  /** Sends a signal; a process that has ended does not mind. */
  kill(signal: NodeJS.Signals): void {
    this.#process.kill(signal);
  }

  /** Ends it, kindly first, and removes its folder. May be called at any time and any number of times. */
  async stop(graceMs = 5_000): Promise<void> {
    this.kill('SIGTERM');
    this.kill('SIGCONT'); // a paused process does not even hear SIGTERM
    const impatience = setTimeout(() => this.kill('SIGKILL'), graceMs);
    await this.exited;
    clearTimeout(impatience);
    this.#removeFolder();
  }

  /** For the end of the test process, where nothing can be waited for. */
  stopAtOnce(): void {
    this.kill('SIGKILL');
    this.#removeFolder();
  }

  #removeFolder(): void {
    if (this.#folder) rmSync(this.#folder, { recursive: true, force: true });
  }
}

/** A fresh folder for what a program writes; the {@link Child} that it is given to removes it. */
export function temporaryFolder(name: string): string {
  return mkdtempSync(join(tmpdir(), `parley-test-${name}-`));
}

/** The environment of a started program: enough to run, and nothing that configures it by accident. */
export function surroundings(extra: NodeJS.ProcessEnv = {}): NodeJS.ProcessEnv {
  const { PATH, HOME, TMPDIR, LANG } = process.env;
  return { PATH, HOME, TMPDIR, LANG, ...extra };
}

function wrapped<T>(value: T | Missing): { value: T } | undefined {
  return value === undefined || value === null || value === false ? undefined : { value };
}

/** Those still running. One exit listener for all: one each would soon trip Node's warning about leaks. */
const living = new Set<Child>();
process.once('exit', () => living.forEach((child) => child.stopAtOnce()));
