import { setTimeout as pause } from 'node:timers/promises';

import { load } from '@parley/uws';
import { expect } from 'vitest';

import { startNode, type NodeProcess } from '../../support/process.ts';
import { footprintOf, untilNothingGrew, type Footprint } from './footprint.ts';
import { HonestPair } from './honest-pair.ts';
import { Secrets } from './secrets.ts';

/** Whoever has it may connect; of the strangers here, all that want to. */
export const TOKEN = 'a-public-token-of-the-corpus';

/** The socket libraries that run on this machine. */
export const LIBRARIES = [...(load().ok ? ['uws' as const] : []), 'ws' as const];
export type Library = (typeof LIBRARIES)[number];

/**
 * A node process with an honest pair on it, for somebody to abuse.
 *
 * Its limits of rate are off: what is looked at here is what one frame does, and a limit would hide it.
 */
export class AbusedNode {
  readonly process: NodeProcess;
  /** What the strangers said, and its log must not. */
  readonly secrets = new Secrets();
  readonly #pair: HonestPair;
  readonly #before: Footprint;

  private constructor(process: NodeProcess, pair: HonestPair, before: Footprint) {
    this.process = process;
    this.#pair = pair;
    this.#before = before;
    this.secrets.add('token', TOKEN);
  }

  static async start(socket: Library, env: NodeJS.ProcessEnv = {}): Promise<AbusedNode> {
    const process = await startNode({
      PARLEY_SOCKET: socket,
      PARLEY_PUBLIC_TOKENS: TOKEN,
      PARLEY_LOG_LEVEL: 'debug',
      ...env,
    });
    await (await HonestPair.meet(process.url, TOKEN, 'warming-up')).part();
    const pair = await HonestPair.meet(process.url, TOKEN, 'honest');
    await pair.exchange();
    return new AbusedNode(process, pair, await settled(process.opsUrl));
  }

  get port(): number {
    return this.process.port;
  }

  /** The pair that was there all the time still gets through to each other, and what the strangers took is given back. */
  async expectUnharmed(): Promise<void> {
    await this.#pair.exchange();
    await untilNothingGrew(this.process.opsUrl, this.#before);
    expectNothing(errorsIn(this.process));
  }

  /** A pair that comes only now gets through to each other as well, and the log tells of nobody. */
  async expectWelcoming(): Promise<void> {
    const newcomers = await HonestPair.meet(this.process.url, TOKEN, 'newcomers');
    await newcomers.exchange();
    await newcomers.part();
    await this.expectUnharmed();
    expectNothing(this.secrets.foundIn(this.process.output));
  }

  /** Does it while the pair goes on talking. */
  async besides<T>(work: () => Promise<T>): Promise<T> {
    const over = new AbortController();
    const talking = (async () => {
      for (; !over.signal.aborted; await pause(20)) await this.#pair.exchange();
    })();
    try {
      return await work();
    } finally {
      over.abort();
      await talking;
    }
  }

  async stop(): Promise<void> {
    await this.#pair.part();
    await this.process.stop();
  }
}

/** Of what must not stand in a log. */
function expectNothing(found: readonly unknown[]): void {
  expect(found, 'what the log tells').toEqual([]);
}

/** Lines of level `error`, and what is no line of its log at all: warnings and crashes of Node itself. */
export function errorsIn({ lines, output }: Pick<NodeProcess, 'lines' | 'output'>): unknown[] {
  return [
    ...lines.filter(({ level }) => level === 'error'),
    ...output.split('\n').filter((line) => line !== '' && !line.startsWith('{')),
  ];
}

/** What a node holds when those who have left are gone: the smallest of what it says, until it says the same again. */
async function settled(opsUrl: string): Promise<Footprint> {
  let footprint = await footprintOf(opsUrl);
  for (let same = 0; same < 5;) {
    const next = await footprintOf(opsUrl);
    same = JSON.stringify(next) === JSON.stringify(footprint) ? same + 1 : 0;
    footprint = next;
  }
  return footprint;
}
