import type { RoomSnapshot } from '@parley/protocol/plain';

import type { MatchOptions } from './api.ts';
import { ParleyError } from './error.ts';
import type { Line } from './ports.ts';
import type { Timers } from './timers.ts';

/** What a match ends with. What was found while we were away does not say in which queue. */
export type Matched = RoomSnapshot & {
  readonly queue?: string | undefined;
  readonly size?: number | undefined;
};

/** A place in a queue. */
interface Place<Room> {
  readonly queue: string;
  readonly size: number;
  readonly ask: () => void;
  /** Ends the wait, with a room or the reason why there is none. */
  readonly end: (outcome: { readonly room: Room } | { readonly reason: unknown }) => void;
}

/** Who waits for others who want the same. */
export class Matches<Room> {
  readonly #places = new Set<Place<Room>>();
  readonly #line: Line;
  readonly #timers: Timers;
  /** Whoever asks for a place before the last one is given up has none afterwards. */
  #unmatched: Promise<unknown> = Promise.resolve();

  constructor(line: Line, timers: Timers) {
    this.#line = line;
    this.#timers = timers;
  }

  /** In how many queues somebody waits. */
  get size(): number {
    return this.#places.size;
  }

  /** A peer has one place in a queue of one size: rejects with `too-many` where we wait already. */
  wait(queue: string, { size = 2, timeoutMs, meta, signal }: MatchOptions): Promise<Room> {
    return new Promise((resolve, reject) => {
      signal?.throwIfAborted();
      if (this.#find(queue, size)) throw new ParleyError('too-many');
      const match = { type: 'match', queue, size, ...(meta !== undefined && { meta }) } as never;
      const giveUp = (reason: unknown) => {
        place.end({ reason });
        this.#giveUp(queue, size);
      };
      const aborted = () => giveUp(signal?.reason);
      const timedOut = () => giveUp(new ParleyError('match-timeout', 'nobody came in time'));
      const cancel = timeoutMs === undefined ? undefined : this.#timers.after(timeoutMs, timedOut);
      const place: Place<Room> = {
        queue,
        size,
        ask: () => {
          if (this.#places.has(place))
            this.#line.request(match).then(
              // It was said again after the place was gone: nobody here waits any more.
              () => this.#find(queue, size) ?? this.#giveUp(queue, size),
              (reason: unknown) => place.end({ reason }),
            );
        },
        end: (outcome) => {
          this.#places.delete(place);
          cancel?.();
          signal?.removeEventListener('abort', aborted);
          if ('room' in outcome) resolve(outcome.room);
          else reject(outcome.reason);
        },
      };
      signal?.addEventListener('abort', aborted);
      this.#places.add(place);
      void this.#unmatched.then(() => place.ask());
    });
  }

  /** Says again what the server may have forgotten: whoever was away lost the turn. */
  resume(): void {
    for (const place of this.#places) place.ask();
  }

  /** Hands a room to who waits for it; false if nobody does, or nobody knows who of several. */
  found({ queue, size, capacity }: Matched, room: Room): boolean {
    const place = this.#find(queue, size ?? capacity);
    place?.end({ room });
    return place !== undefined;
  }

  /** Nobody waits any more. */
  close(reason: Error): void {
    for (const place of this.#places) place.end({ reason });
  }

  /** Too late, it is `not-waiting`: then the room is there, or comes, and is left because nobody waits for it. */
  #giveUp(queue: string, size: number): void {
    this.#unmatched = this.#line.request({ type: 'unmatch', queue, size } as never).catch(() => {});
  }

  #find(queue: string | undefined, size: number): Place<Room> | undefined {
    const [place, another] = [...this.#places].filter(
      (each) => each.size === size && each.queue === (queue ?? each.queue),
    );
    return another ? undefined : place;
  }
}
