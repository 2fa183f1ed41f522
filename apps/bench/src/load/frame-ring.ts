import type { Dialect, Member, Payload } from './dialects/dialect.ts';
import { clientFrame } from './frame.ts';
import type { RawSocket } from './raw-socket.ts';

/** A signal may be answered before its receipt has come: so many ids in turn are never met twice. All have two digits. */
const IDS = 64;
const FIRST_ID = 10;

/**
 * The same signal with one id after the other, prepared. The frames lie one behind the other and are of one length, so that
 * several leave as one slice, with one write.
 */
export class FrameRing {
  readonly #socket: RawSocket;
  readonly #frames: Buffer;
  #next = 0;

  constructor(dialect: Dialect, from: Member, to: Member, payload: Payload) {
    const frame = (_: unknown, index: number) =>
      clientFrame(dialect.signal(from, to, payload, FIRST_ID + index));
    this.#frames = Buffer.concat(Array.from({ length: IDS }, frame));
    this.#socket = from.socket;
  }

  /** Sends the next ones. */
  send(count: number): void {
    const frameBytes = this.#frames.length / IDS;
    for (let left = count; left > 0;) {
      const taken = Math.min(left, IDS - this.#next);
      this.#socket.send(this.#frames.subarray(this.#next * frameBytes, (this.#next + taken) * frameBytes));
      this.#next = (this.#next + taken) % IDS;
      left -= taken;
    }
  }
}
