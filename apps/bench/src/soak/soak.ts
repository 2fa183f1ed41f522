import { setTimeout as pause } from 'node:timers/promises';

import { Chance } from '@parley/test/faults/support/chance.ts';

import { Churn } from './churn.ts';
import { Guests } from './guests.ts';
import { EMPTY_AT_END, MEASURES, type Sample } from './measures.ts';
import type { SoakOptions } from './options.ts';
import type { Progress } from './progress.ts';
import { sumOf, thisMachine, type Recording } from './recording.ts';
import { Sampler } from './sampler.ts';
import { LAPSED_AFTER_MS, setStage, type Stage } from './stage.ts';
import { judge } from './verdict.ts';

const NODES = 3;
/** However short a run is, and however long: 360 looks at half an hour. */
const LOOK_EVERY_MS = { least: 1_000, most: 60_000, perRun: 1 / 360 };
/** Entries may be there so much longer than their life: a key lapses when its Redis gets to it, and looks are rare. */
const LAPSE_SLACK_MS = 30_000;

/**
 * Pairs come, talk and go at three real nodes and a Redis of their own for so many minutes. Then everybody leaves, and what is
 * kept for those who might come back is given the time to lapse.
 *
 * @param interrupted ends it early, in good order and without that time
 * @throws Error when a node or Redis ends, or cannot be asked
 */
export async function soak(
  options: SoakOptions,
  progress: Progress,
  interrupted: AbortSignal,
): Promise<Recording> {
  const stage = await setStage(NODES);
  const sampler = new Sampler(stage);
  try {
    return await new Run(options, stage, sampler, progress, interrupted).record();
  } catch (error) {
    throw new Error(`${(error as Error).message}${await lastWords(stage)}`, { cause: error });
  } finally {
    sampler.stop();
    await stage.stop();
  }
}

class Run {
  readonly #options: SoakOptions;
  readonly #sampler: Sampler;
  readonly #progress: Progress;
  readonly #interrupted: AbortSignal;
  readonly #guests: Guests;
  readonly #churn: Churn;
  readonly #everyMs: number;
  readonly #samples: Sample[] = [];

  constructor(
    options: SoakOptions,
    stage: Stage,
    sampler: Sampler,
    progress: Progress,
    interrupted: AbortSignal,
  ) {
    const { minutes, seed, pairs: atOnce, standing } = options;
    const { least, most, perRun } = LOOK_EVERY_MS;
    this.#options = options;
    this.#sampler = sampler;
    this.#progress = progress;
    this.#interrupted = interrupted;
    this.#guests = new Guests(
      stage.nodes.map(({ url }) => url),
      new Chance(seed),
    );
    this.#churn = new Churn({ guests: this.#guests, seed, atOnce, standing });
    this.#everyMs = Math.min(Math.max(minutes * 60_000 * perRun, least), most);
  }

  /** However it ends, nobody comes any more. */
  async record(): Promise<Recording> {
    try {
      return await this.#record();
    } finally {
      await this.#churn.stop();
    }
  }

  async #record(): Promise<Recording> {
    const startedAt = new Date().toISOString();
    const { redis: redisBefore } = await this.#sampler.look();
    await this.#churn.start();
    await this.#sampler.start();
    const lastedMs = await this.#live();
    await this.#churn.stop();
    const left = await this.#lapse(redisBefore.redisKeys);
    const { lives, failed } = this.#churn.count;
    const samples = this.#samples;
    const verdict = judge({
      samples: samples.filter(({ atMs }) => atMs <= lastedMs),
      lastedMs,
      lives: sumOf(lives),
      failedLives: sumOf(failed),
      left,
    });
    const machine = thisMachine(await this.#sampler.redisVersion());
    const { sockets } = this.#guests;
    return { startedAt, machine, options: this.#options, lastedMs, lives, failed, sockets, verdict, samples };
  }

  /** For the time that was asked for, or until it is interrupted; returns for how long, in milliseconds. */
  async #live(): Promise<number> {
    const forMs = this.#options.minutes * 60_000;
    for (;;) {
      const { atMs } = await this.#look();
      const { lives, failed } = this.#churn.count;
      this.#progress.show(atMs / forMs, `${sumOf(lives)} lives, ${sumOf(failed)} failed`);
      if (atMs >= forMs || this.#interrupted.aborted) return atMs;
      await this.#rest(Math.min(this.#everyMs, forMs - atMs));
    }
  }

  /** What is left after the longest time that anything may take to lapse; nothing, as soon as nothing is. */
  async #lapse(keysBefore: number): Promise<string[]> {
    const forMs = LAPSED_AFTER_MS + LAPSE_SLACK_MS;
    const sinceMs = performance.now();
    for (;;) {
      const left = leftOf(await this.#look(), keysBefore);
      const passedMs = performance.now() - sinceMs;
      if (left.length === 0) return [];
      if (this.#interrupted.aborted) return []; // nobody knows
      if (passedMs > forMs) return left;
      this.#progress.show(passedMs / forMs, `everybody has left; still there: ${left.join(', ')}`);
      await this.#rest(this.#everyMs);
    }
  }

  async #look(): Promise<Sample> {
    const sample = await this.#sampler.look();
    this.#samples.push(sample);
    return sample;
  }

  async #rest(forMs: number): Promise<void> {
    await pause(forMs, undefined, { signal: this.#interrupted }).catch(() => {}); // no rest for the interrupted
  }
}

function leftOf({ nodes, redis }: Sample, keysBefore: number): string[] {
  const ofNodes = nodes.flatMap((node, index) =>
    EMPTY_AT_END.filter((name) => node[name] > 0).map(
      (name) => `${node[name]} ${MEASURES[name].title.toLowerCase()} at node ${index + 1}`,
    ),
  );
  const keys = redis.redisKeys - keysBefore;
  return keys > 0 ? [...ofNodes, `${keys} keys in Redis`] : ofNodes;
}

/** What a node that has ended wrote last; of those that live, nothing. */
async function lastWords({ nodes }: Stage): Promise<string> {
  const words = await Promise.all(
    nodes.map(async ({ exited, output }, index) => {
      const exit = await Promise.race([exited, pause(100)]);
      return exit
        ? `\nnode ${index + 1} ended (${JSON.stringify(exit)}):\n${output.split('\n').slice(-10).join('\n')}`
        : '';
    }),
  );
  return words.join('');
}
