import { type Clock, DIRECTORY_TIMEOUT_MS, type Random, Unavailable } from '@parley/core';

import type { SimulatedProcess } from './process.ts';

/** Redis as a machine: it may sleep, and what was written to it meanwhile runs when it wakes, in whatever order. */
export class SimulatedRedis {
  readonly #random: Random;
  #isFrozen = false;
  #waiting: (() => void)[] = [];

  constructor(random: Random) {
    this.#random = random;
  }

  get isFrozen(): boolean {
    return this.#isFrozen;
  }

  execute(command: () => void): void {
    if (this.#isFrozen) this.#waiting.push(command);
    else command();
  }

  freeze(): void {
    this.#isFrozen = true;
  }

  thaw(): void {
    this.#isFrozen = false;
    const waiting = this.#waiting;
    this.#waiting = [];
    while (waiting.length > 0) waiting.splice(this.#random.below(waiting.length), 1)[0]?.();
  }
}

/** The network between one node and Redis. */
export class Link {
  readonly #clock: Clock;
  readonly #random: Random;
  readonly #redis: SimulatedRedis;
  readonly #process: SimulatedProcess;
  /** Requests and answers lost, per thousand. */
  lostPerMille = 0;
  /** Nothing gets through, either way. */
  isCut = false;
  maxDelayMs = 5;

  constructor(parts: { clock: Clock; random: Random; redis: SimulatedRedis; process: SimulatedProcess }) {
    this.#clock = parts.clock;
    this.#random = parts.random;
    this.#redis = parts.redis;
    this.#process = parts.process;
  }

  get loses(): boolean {
    return this.isCut || this.#random.below(1_000) < this.lostPerMille;
  }

  delayMs(): number {
    return this.#random.below(this.maxDelayMs + 1);
  }

  /** A port whose every call travels over this link: late, lost on the way there, or lost on the way back. */
  over<Port extends object>(port: Port): Port {
    return new Proxy(port, {
      get: (target, name) => {
        const member: unknown = Reflect.get(target, name);
        return typeof member === 'function'
          ? (...args: unknown[]) => this.#call(() => Reflect.apply(member, target, args) as Promise<unknown>)
          : member;
      },
    });
  }

  #call(command: () => Promise<unknown>): Promise<unknown> {
    return new Promise((resolve, reject) => {
      const timedOut = () => reject(new Unavailable('timed out'));
      const cancel = this.#process.clock.after(DIRECTORY_TIMEOUT_MS, timedOut);
      const answer = (settle: () => void) => {
        if (this.loses) return;
        const arrived = () => {
          cancel();
          settle();
        };
        this.#clock.after(this.delayMs(), () => this.#process.hear(arrived));
      };
      if (this.loses) return;
      this.#clock.after(this.delayMs(), () =>
        this.#redis.execute(() => {
          command().then(
            (value) => answer(() => resolve(value)),
            (error: Error) => answer(() => reject(error)),
          );
        }),
      );
    });
  }
}
