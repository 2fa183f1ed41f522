import type { Payloads } from '../payload.ts';
import type { RawSocket } from '../raw-socket.ts';

/** Where somebody is to sit, and with whom it is a pair. */
export interface Seat {
  readonly port: number;
  readonly room: string;
  readonly capacity: number;
  /** Number of the pair, of which each has two sides. */
  readonly pair: number;
  readonly side: 0 | 1;
  /** Index of the node on which the other one sits. */
  readonly otherNode: number;
}

/** Somebody who is connected and in the room. */
export interface Member {
  readonly socket: RawSocket;
  readonly seat: Seat;
  /** What others must write on a signal so that it gets here. */
  readonly address: string;
}

/** What a signal carries: its kind, and its JSON text. */
export interface Payload {
  readonly kind: 'offer' | 'answer' | 'candidate';
  readonly json: string;
}

/** A name that nobody else has in a run, for contestants in which clients choose their own. */
export const nameOf = ({ room, pair, side }: Seat) => `${room}.${pair}.${side}`;

/** How one contestant is talked to. */
export interface Dialect {
  /** Connects, and joins the room. Resolves when the server has confirmed it. */
  join(seat: Seat): Promise<Member>;
  /** Resolves when each of a pair can signal to the other; `second` joined after `first`. */
  meet(first: Member, second: Member): Promise<void>;
  /** The text of a signal. `id` asks for a receipt, where there are such. */
  signal(from: Member, to: Member, payload: Payload, id: number): string;
  /** Whether a text, from `start` to `end`, is a signal of the other one, and not a receipt or a life sign. */
  isSignal(bytes: Buffer, start: number, end: number): boolean;
  /** Leaves as the contestant's own client does, and resolves when the connection is over. */
  leave(member: Member): Promise<void>;
  /** From now on answers what the server expects an idle client to answer, beside WebSocket pings. */
  keepAlive(member: Member): void;
}

/** The offer as a {@link Payload}, which is what relays are measured with. */
export const offerOf = ({ offer }: Payloads): Payload => ({ kind: 'offer', json: offer });

/** Whether the text begins with this mark. Compares in JavaScript: a call into C++ would cost more. */
export function beginsWith(mark: Buffer, bytes: Buffer, start: number, end: number): boolean {
  if (end - start < mark.length) return false;
  for (let at = 0; at < mark.length; at++) if (bytes[start + at] !== mark[at]) return false;
  return true;
}
