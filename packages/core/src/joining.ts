import { type Received, MATCH_SIZE } from '@parley/protocol';

/** Handles a message; a promise resolves when it is answered. Never throws, never rejects. */
export type Act = () => void | Promise<void>;

/**
 * The rooms and queues for which one session has a join or match that is not answered yet, and what it said about them since.
 *
 * A join waits, for a budget and for the directory, before there is a seat. Were what follows it handled meanwhile, `join` and
 * at once `leave` would be answered "not in that room", and then the seat would stand. So it waits for the answer; other rooms
 * do not.
 */
export class Joining {
  /** Only while there are any: most sessions have none for most of their lives. */
  #lines: Map<string, Promise<void>> | undefined;
  readonly #maxWaiting: number;
  #waiting = 0;

  constructor(maxWaiting: number) {
    this.#maxWaiting = maxWaiting;
  }

  /** Places with a join that is not answered. */
  get size(): number {
    return this.#lines?.size ?? 0;
  }

  /** Whether what is said about this place has to wait. Asked for every signal, and almost always there is nothing to look up. */
  has(place: string): boolean {
    return this.#lines?.has(place) ?? false;
  }

  /** Runs a join, after what is waiting for an earlier one. `false`: too much waits already, and it is not run. */
  join(place: string, act: Act): boolean {
    const earlier = this.#lines?.get(place);
    if (earlier) return this.#wait(place, earlier, act);
    const answered = act();
    if (answered) void this.#keep(place, answered);
    return true;
  }

  /**
   * Runs what is about a place that {@link has} a join, once that is answered and what waits already has begun. It waits for
   * nothing else: a `leave` may take long, and what comes after it need not know how it went. `false`: as above.
   */
  after(place: string, act: Act): boolean {
    return this.#wait(place, this.#lines?.get(place), () => void act());
  }

  #wait(place: string, earlier: Promise<void> | undefined, act: Act): boolean {
    if (this.#waiting >= this.#maxWaiting) return false;
    this.#waiting += 1;
    const turn = Promise.resolve(earlier).then(() => {
      this.#waiting -= 1;
      return act();
    });
    void this.#keep(place, turn);
    return true;
  }

  /** What comes next waits for `last`, unless that is over by then. */
  async #keep(place: string, last: Promise<void>): Promise<void> {
    this.#lines ??= new Map();
    this.#lines.set(place, last);
    await last;
    if (this.#lines?.get(place) === last) this.#lines.delete(place);
    if (this.#lines?.size === 0) this.#lines = undefined;
  }
}

/** What a message is about, if it is about a room or a queue. A room's name has no space in it, so it is never a queue's. */
export function placeOf(message: Received): string | undefined {
  if ('queue' in message) return `${message.size ?? MATCH_SIZE.default} ${message.queue}`;
  return 'room' in message ? message.room : undefined;
}
