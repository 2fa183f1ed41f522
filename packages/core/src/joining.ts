import type { RoomId } from '@parley/protocol';

/** Handles a message; a promise resolves when it is answered. Never throws, never rejects. */
export type Act = () => void | Promise<void>;

/**
 * The rooms for which one session has a join that is not answered yet, and what it said about them since.
 *
 * A join waits, for a budget and for the directory, before there is a seat. Were what follows it handled meanwhile, `join` and
 * at once `leave` would be answered "not in that room", and then the seat would stand. So it waits for the answer; other rooms
 * do not.
 */
export class Joining {
  readonly #lines = new Map<RoomId, Promise<void>>();
  readonly #maxWaiting: number;
  #waiting = 0;

  constructor(maxWaiting: number) {
    this.#maxWaiting = maxWaiting;
  }

  /** Rooms with a join that is not answered. */
  get size(): number {
    return this.#lines.size;
  }

  /** Whether what is said about this room has to wait. Asked for every signal, and almost always there is nothing to look up. */
  has(room: RoomId): boolean {
    return this.#lines.size > 0 && this.#lines.has(room);
  }

  /** Runs a join, after what is waiting for an earlier one. `false`: too much waits already, and it is not run. */
  join(room: RoomId, act: Act): boolean {
    const earlier = this.#lines.get(room);
    if (earlier) return this.#wait(room, earlier, act);
    const answered = act();
    if (answered) void this.#keep(room, answered);
    return true;
  }

  /**
   * Runs what is about a room that {@link has} a join, once that is answered and what waits already has begun. It waits for
   * nothing else: a `leave` may take long, and what comes after it need not know how it went. `false`: as above.
   */
  after(room: RoomId, act: Act): boolean {
    return this.#wait(room, this.#lines.get(room), () => void act());
  }

  #wait(room: RoomId, earlier: Promise<void> | undefined, act: Act): boolean {
    if (this.#waiting >= this.#maxWaiting) return false;
    this.#waiting += 1;
    const turn = Promise.resolve(earlier).then(() => {
      this.#waiting -= 1;
      return act();
    });
    void this.#keep(room, turn);
    return true;
  }

  /** What comes next waits for `last`, unless that is over by then. */
  async #keep(room: RoomId, last: Promise<void>): Promise<void> {
    this.#lines.set(room, last);
    await last;
    if (this.#lines.get(room) === last) this.#lines.delete(room);
  }
}
