import type { Signal } from './api.ts';

/** How many may be on their way to somebody who counts, without an acknowledgement. */
export const WINDOW = 64;
/** How many may wait here, those on their way included. */
export const MOST_WAITING = 4_096;
/** How many are said, and kept, to somebody of whom nobody knows yet whether it counts. */
const MOST_UNKNOWN = 256;

/** The payload as it travels; without one, there is nothing under the number. */
export type Body = Signal | Record<string, never>;

/**
 * How the last sending of something ended: `waiting` to be sent (again), `sent` and no receipt yet, `delivered` to the peer's socket,
 * `kept` as its mail, `unknown`.
 */
export type Fate = 'waiting' | 'sent' | 'delivered' | 'kept' | 'unknown';

/** Something that is said under a number. */
export interface Parcel {
  readonly seq: number;
  readonly body: Body;
  readonly bytes: number;
  /** What the program wanted to say. */
  readonly signal?: Signal | undefined;
  fate: Fate;
}

/**
 * What we say to one peer, numbered, and kept until the peer acknowledges it. Knows no time and no socket: it says what goes out
 * next, and is told what became of it. PROTOCOL.md, "Reliable signals".
 *
 * To a peer that counts everything is sent again from the first number that it has not acknowledged, whatever receipts say. To one
 * that does not, or has not shown it yet, a second sending would be a second signal: only what was certainly not delivered goes again.
 */
export class Outbox {
  /** Whether the other end counts: it has said `seq` or `ack`. */
  counts = false;
  /** It has spoken, and said neither. */
  #isPlain = false;
  /** By number. What was given up is missing here, and its number goes out alone. */
  readonly #parcels = new Map<number, Parcel>();
  #lastNumber = 0;
  #lastTaken = 0;
  #lastSent = 0;
  #acknowledged = 0;

  /** How many are kept. */
  get size(): number {
    return this.#parcels.size;
  }

  /** Whether an `ack` is to come. */
  get isUnacknowledged(): boolean {
    return this.counts && this.#acknowledged < this.#lastSent;
  }

  /** Whether more waits to be said than may be as long as nobody knows whether the other end counts. */
  get isInDoubt(): boolean {
    const isFull = this.#lastTaken >= this.#acknowledged + this.#window && this.#lastTaken < this.#lastNumber;
    return isFull && !this.counts && this.#parcels.get(this.#lastTaken)?.fate !== 'waiting';
  }

  add(signal: Signal | undefined, body: Body, bytes: number): void {
    const seq = ++this.#lastNumber;
    this.#parcels.set(seq, { seq, signal, body, bytes, fate: 'waiting' });
  }

  /**
   * Asks somebody of whom nobody knows whether it counts, by a number alone: whoever counts acknowledges it, and a plain client has no
   * use for it. Nothing happens if nothing depends on the answer.
   */
  ask(): void {
    const last = this.#parcels.get(this.#lastNumber);
    if (this.counts || this.#isPlain || !last) return;
    if (last.signal) this.add(undefined, {}, 0);
    else last.fate = 'waiting';
    this.again();
  }

  /** What goes out now; `undefined`: nothing does. */
  next(): Parcel | undefined {
    while (this.#lastTaken < this.#lastNumber) {
      if (this.#lastTaken >= this.#acknowledged + this.#window) return undefined;
      const seq = ++this.#lastTaken;
      const parcel = this.#parcels.get(seq) ?? { seq, body: {}, bytes: 0, fate: 'unknown' };
      if (!this.counts && parcel.fate !== 'waiting') continue;
      parcel.fate = 'sent';
      this.#lastSent = Math.max(this.#lastSent, seq);
      return parcel;
    }
    return undefined;
  }

  /** Begins again with the first number that was not acknowledged. */
  again(): void {
    this.#lastTaken = this.#acknowledged;
  }

  /** What became of a sending; `waiting`: it was certainly not delivered. */
  settle(parcel: Parcel, fate: Fate): void {
    parcel.fate = fate;
    if (fate === 'delivered' && this.#isPlain && !this.counts) this.#parcels.delete(parcel.seq);
  }

  /** The other end is back, and has its mail before anything newer. */
  settleMail(): void {
    for (const parcel of this.#parcels.values()) if (parcel.fate === 'kept') this.settle(parcel, 'delivered');
  }

  /** The other end has said something, with these or without; true if it acknowledges more than before. */
  hear(seq?: number, ack?: number): boolean {
    if (seq === undefined && ack === undefined && !this.counts) {
      this.#isPlain = true;
      for (const parcel of this.#parcels.values()) this.settle(parcel, parcel.fate);
      return false;
    }
    this.counts = true;
    // An older one that was overtaken, or one for what was never said.
    if (ack === undefined || ack <= this.#acknowledged || ack > this.#lastSent) return false;
    while (this.#acknowledged < ack) this.#parcels.delete(++this.#acknowledged);
    this.#lastTaken = Math.max(this.#lastTaken, ack);
    return true;
  }

  /** Says nothing more under this number; false if that is known, or not needed any more. */
  giveUp({ seq }: Parcel): boolean {
    this.again();
    return this.#parcels.delete(seq);
  }

  get #window(): number {
    if (this.counts) return WINDOW;
    return this.#isPlain ? Infinity : MOST_UNKNOWN;
  }

  /** The peer is gone: gives back everything of which nobody can say that it arrived. */
  giveUpAll(): Signal[] {
    const signals = [...this.#parcels.values()].map(({ signal }) => signal);
    this.#parcels.clear();
    return signals.filter((signal) => signal !== undefined);
  }
}
