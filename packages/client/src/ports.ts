/** What the three parts of the SDK promise each other: the line to the server, the rooms, and the links between peers. */
import type { Incoming, Outgoing, RoomPeer, RoomSnapshot, Welcome } from '@parley/protocol/plain';

import type { ConnectionState, Signal, StateChange, Unsubscribe } from './api.ts';

/** A message to the server that has an answer; the `id` is the line's. */
export type Request = Exclude<Incoming, { type: 'bye' | 'signal' }>;
/** The answer to a {@link Request}, or what the server had against it. */
export type Answer = Outgoing;
export type OutgoingSignal = Omit<Extract<Incoming, { type: 'signal' }>, 'id'>;

/** What became of a signal. */
export type Receipt =
  | { readonly type: 'delivered' }
  | { readonly type: 'kept'; readonly forMs: number }
  | { readonly type: 'error'; readonly code: string; readonly retryAfterMs?: number };

/** The device may have slept and is seen again, or its network is another: then every path is doubtful. */
export type Waking = 'shown' | 'network';

/** What the line tells the rooms. */
export interface LineEvents {
  /**
   * A session is there. With `resumed` it goes on where the last one was; otherwise this is a new life, and nobody knows of our rooms.
   * Requests that were pending are said again *after* this returns.
   */
  welcomed(welcome: Welcome): void;
  /** A message that answers nothing. Old sessions are heard, too, until they end. */
  hear(message: Outgoing): void;
  changed(change: StateChange): void;
  woke(why: Waking): void;
  /** What no promise could tell, for logs: such as a token that could not be renewed. */
  failed(error: Error): void;
  /** Whether there is a room or a queue, so that somebody may call: then a line that is quiet asks for a life sign. */
  readonly isInUse: boolean;
}

/** The line to the server: one session after the other. `openConnection` in connection.ts makes it. */
export interface Line {
  readonly state: ConnectionState;
  readonly welcome: Welcome | undefined;
  /**
   * Asks, and asks again on the next session as often as need be.
   *
   * @throws ParleyError with the code of an `error` answer, or `closed`
   */
  request<Type extends Request['type']>(message: Extract<Request, { type: Type }>): Promise<Answer>;
  /** The snapshot of a room with a code that nobody knows of: it answers the `create` that waits, if there is one and no other. */
  created(snapshot: RoomSnapshot): void;
  /**
   * Sends a signal once, on the session that is open, and says what became of it; resolves with `undefined` where the socket ended first,
   * and nobody knows. No promise: no session is open, nothing was sent.
   */
  signal(message: OutgoingSignal): Promise<Receipt | undefined> | undefined;
  /** An `ack` alone: no receipt wanted. Nothing happens without an open session. */
  acknowledge(message: OutgoingSignal): void;
  close(): void;
}

/** How a remote peer is reached, for whoever negotiates with it. */
export interface PeerWire {
  /** Who it is. */
  readonly facts: RoomPeer;
  /**
   * Reliable, in order.
   *
   * @param givenUp called if it is `undeliverable`
   * @throws ParleyError `too-big`, `too-many`, and nothing is said
   */
  send(signal: Signal, givenUp?: () => void): void;
  iceServers(): Promise<RTCIceServer[]>;
  /** At most one negotiates. */
  attach(negotiator: Negotiator): Unsubscribe;
  /** A link has become `connected`: one that outlived a former seat of this life ends. */
  linked(): void;
  /** The far end ended its link and offers another: the peer is `replaced` by a new one, which hears this offer. */
  startOver(offer: Signal): void;
}

/** Whoever negotiates with a peer, and what it is told. */
export interface Negotiator {
  /** Descriptions and candidates of the other end, in order; `custom` goes to the application. */
  receive(signal: Signal): void | Promise<void>;
  /** The moments at which a link is looked at again. */
  nudge(why: Nudge): void;
  /** The room let go of the peer: by these the link ends, by `lost` it may live on. */
  letGo(reason: string): void;
}

export type Nudge = 'peer-back' | 'resumed' | 'network';
