import type { MemoryDirectory } from '@parley/core/memory';

import type { Sabotage } from './sabotage.ts';
import type { World } from './world.ts';

/** What may go wrong in a run; everything by default. */
export interface Faults {
  readonly loss?: boolean;
  /** Redis sleeps. */
  readonly freeze?: boolean;
  /** A node sleeps. */
  readonly sleep?: boolean;
  readonly cut?: boolean;
  readonly kill?: boolean;
  readonly drain?: boolean;
  readonly forget?: boolean;
  readonly sabotage?: Sabotage;
}

export const ALL_FAULTS: Faults = {
  loss: true,
  freeze: true,
  sleep: true,
  cut: true,
  kill: true,
  drain: true,
  forget: true,
};

/** Breaks something, or nothing. */
export class Breaker {
  readonly #world: World;
  readonly #faults: Faults;
  #snapshot: ReturnType<MemoryDirectory['snapshotForTesting']> | undefined;

  constructor(world: World, faults: Faults) {
    this.#world = world;
    this.#faults = faults;
  }

  break(): void {
    const world = this.#world;
    const { redis, directory } = world;
    const node = world.pick(world.nodes);
    if (!node) return;
    const { link, process } = node;
    const { loss, freeze, sleep, cut, kill, drain, forget } = this.#faults;
    const forMs = 500 + world.random.below(9_000);
    const during = (ms: number, start: () => unknown, end: () => unknown) => {
      start();
      world.clock.after(ms, end);
    };
    if (loss && world.chance(30))
      during(
        forMs,
        () => (link.lostPerMille = 200),
        () => (link.lostPerMille = 0),
      );
    if (loss && world.chance(20)) {
      world.ledger.clocksApartMs = 1_000;
      during(
        forMs,
        () => (link.maxDelayMs = 900),
        () => (link.maxDelayMs = 5),
      );
    }
    if (freeze && world.chance(15))
      during(
        forMs,
        () => {
          world.note(`Redis freezes for ${forMs}`);
          redis.freeze();
        },
        () => redis.thaw(),
      );
    if (cut && world.chance(15)) {
      world.note(`${node.id} is cut off for ${forMs * 2}`);
      node.troubled();
      during(
        forMs * 2,
        () => (link.isCut = true),
        () => {
          link.isCut = node.isGone;
          node.wellAgain();
        },
      );
    }
    if (sleep && world.chance(15)) {
      const sleepMs = forMs * (world.chance(50) ? 2 : 1);
      world.note(`${node.id} sleeps for ${sleepMs}`);
      node.troubled();
      during(
        sleepMs,
        () => process.sleep(),
        () => {
          process.wake();
          node.wellAgain();
        },
      );
    }
    if (kill && world.chance(8)) world.kill(node);
    if (drain && world.chance(8)) world.drain(node, 1_000 + world.random.below(5_000));
    if (forget && world.chance(5)) this.#forget();
    if (forget && world.chance(20)) this.#snapshot = directory.snapshotForTesting();
  }

  /** A failover to a replica that had not heard of the last seconds, or an empty Redis. */
  #forget(): void {
    const { directory } = this.#world;
    this.#world.forgot();
    if (this.#snapshot && this.#world.chance(60)) directory.restoreForTesting(this.#snapshot);
    else directory.forgetForTesting();
  }
}
