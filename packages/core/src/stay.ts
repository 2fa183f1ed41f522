import { DEAF } from './guarded.ts';
import type { Occupancy } from './occupancy.ts';
import type { SocketListener } from './ports/socket.ts';
import type { Visitor } from './visitor.ts';

/**
 * A visitor inside, counted from the verdict until its socket has closed or did not come about. It hears the socket first, for
 * whoever is to: of every socket there is one, so it is one small object.
 */
export class Stay implements SocketListener {
  readonly #occupancy: Occupancy;
  readonly #visitor: Visitor;
  #listener: SocketListener = DEAF;
  #isOver = false;

  constructor(occupancy: Occupancy, visitor: Visitor) {
    this.#occupancy = occupancy;
    this.#visitor = visitor;
    occupancy.enter(visitor);
  }

  /** Its socket is open, and this is who hears it. */
  heardBy(listener: SocketListener): this {
    this.#listener = listener;
    return this;
  }

  /** Takes it off the count, once. */
  end(): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.#occupancy.leave(this.#visitor);
  }

  message(text: string, bytes: number): void {
    this.#listener.message(text, bytes);
  }

  binary(): void {
    this.#listener.binary();
  }

  alive(): void {
    this.#listener.alive();
  }

  closed(code: number): void {
    this.end();
    this.#listener.closed(code);
  }
}
