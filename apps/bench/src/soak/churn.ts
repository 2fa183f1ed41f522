import { setMaxListeners } from 'node:events';
import { setTimeout as pause } from 'node:timers/promises';

import { Chance } from '@parley/test/faults/support/chance.ts';

import type { Guest, Guests } from './guests.ts';
import { introduce, join, LIVES, type LifeName, type Scene } from './lives.ts';

/** What has been lived so far. */
export interface ChurnCount {
  readonly lives: Readonly<Record<LifeName, number>>;
  /** Lives that did not go as they should, by why. */
  readonly failed: Readonly<Record<string, number>>;
}

export interface ChurnOptions {
  readonly guests: Guests;
  readonly seed: number;
  /** So many pairs live at a time, each one life after the other. */
  readonly atOnce: number;
  /** So many pairs sit in their rooms from beginning to end and say nothing. */
  readonly standing: number;
}

/** Pairs that come, talk and go, as steadily as can be, beside others that only stay. */
export class Churn {
  readonly #options: ChurnOptions;
  readonly #lives = Object.fromEntries(Object.keys(LIVES).map((name) => [name, 0])) as Record<
    LifeName,
    number
  >;
  readonly #failed = new Map<string, number>();
  readonly #standing: Guest[] = [];
  readonly #over = new AbortController();
  #living: Promise<unknown> = Promise.resolve();

  constructor(options: ChurnOptions) {
    this.#options = options;
    setMaxListeners(0, this.#over.signal); // one for each pair that rests
  }

  get count(): ChurnCount {
    return { lives: { ...this.#lives }, failed: Object.fromEntries(this.#failed) };
  }

  /** Seats those who stay, and lets the others begin. */
  async start(): Promise<void> {
    const { guests, standing, atOnce, seed } = this.#options;
    for (let pair = 0; pair < standing; pair += 1) await this.#seat(guests.name('standing'));
    this.#living = Promise.all(
      Array.from({ length: atOnce }, (_, number) => this.#live(new Chance(seed + number))),
    );
  }

  /** Begins no more lives, waits for those that are lived, and shows out who only stayed. May be called again. */
  async stop(): Promise<void> {
    this.#over.abort();
    await this.#living;
    await Promise.all(this.#standing.map(({ client }) => client.close()));
  }

  async #seat(room: string): Promise<void> {
    const [host, guest] = [await this.#stay(), await this.#stay()];
    await join(room, host, guest);
    await introduce(room, guest, host);
  }

  async #stay(): Promise<Guest> {
    const guest = await this.#options.guests.arrive();
    this.#standing.push(guest);
    void this.#watch(guest);
    return guest;
  }

  async #watch({ client }: Guest): Promise<void> {
    const { code } = await client.closed;
    if (!this.#over.signal.aborted) this.#fail(`one who only stayed was closed with ${code}`);
  }

  async #live(chance: Chance): Promise<void> {
    await this.#rest(chance.between(0, 2_000)); // not all in step
    while (!this.#over.signal.aborted) {
      const name = oneOf(chance);
      try {
        await this.#lifeOf(name, chance);
        this.#lives[name] += 1;
      } catch (error) {
        this.#fail(`${name}: ${briefly(error)}`);
        await this.#rest(FAILED_PAUSE_MS);
      }
    }
  }

  async #lifeOf(name: LifeName, chance: Chance): Promise<void> {
    const { guests } = this.#options;
    const present: Guest[] = [];
    const noted = async (arriving: Promise<Guest>) => {
      const guest = await arriving;
      present.push(guest);
      return guest;
    };
    const scene: Scene = {
      chance,
      name: (what) => guests.name(what),
      welcome: () => noted(guests.arrive()),
      welcomeBack: (guest) => noted(guests.comeBack(guest)),
    };
    try {
      await LIVES[name].live(scene);
    } finally {
      present.forEach(({ client }) => client.terminate());
    }
  }

  #fail(why: string): void {
    this.#failed.set(why, (this.#failed.get(why) ?? 0) + 1);
  }

  async #rest(forMs: number): Promise<void> {
    await pause(forMs, undefined, { signal: this.#over.signal }).catch(() => {}); // over
  }
}

/** A node that is gone fails every life: the others are not to storm it. */
const FAILED_PAUSE_MS = 1_000;

function oneOf(chance: Chance): LifeName {
  let left = chance.below(100);
  const names = Object.keys(LIVES) as LifeName[];
  return names.find((name) => (left -= LIVES[name].percent) < 0) ?? 'talk';
}

/** Without what differs from life to life: what went wrong is counted. */
function briefly(error: unknown): string {
  const [line = ''] = String(error instanceof Error ? error.message : error).split('\n');
  return line
    .replace(/"(peer|room|re|id|user|instance|session|resume|from|to)":"[^"]*"/g, '"$1":…')
    .slice(0, 160);
}
