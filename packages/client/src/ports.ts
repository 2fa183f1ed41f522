/** What the three parts of the SDK promise each other: the line to the server, the rooms, and the links between peers. */
import type { Incoming, Outgoing, Welcome } from '@parley/protocol/plain';

import type { ConnectionState, SealContext, Signal, SignalingPeer, StateChange, Unsubscribe } from './api.ts';

/** A message to the server that has an answer; the `id` is the line's. */
export type Request = Exclude<Incoming, { type: 'bye' | 'signal' }>;
/** The answer to a {@link Request}, or what the server had against it. */
export type Answer = Outgoing;
export type OutgoingSignal = Omit<Extract<Incoming, { type: 'signal' }>, 'id'>;

/** What became of a signal; `lost-session`: the socket ended first, and nobody knows. */
export type Receipt =
  | { readonly type: 'delivered' }
  | { readonly type: 'kept'; readonly forMs: number }
  | { readonly type: 'error'; readonly code: string; readonly retryAfterMs?: number }
  | { readonly type: 'lost-session' };

/** What the line tells the rooms. */
export interface LineEvents {
  /**
   * A session is there. With `resumed` it goes on where the last one was; otherwise this is a new life, and nobody knows of our rooms.
   * Requests that were pending are said again *after* this returns.
   */
  welcome(welcome: Welcome): void;
  /** A message that answers nothing. Old sessions are heard, too, until they end. */
  message(message: Outgoing): void;
  state(change: StateChange): void;
  /** The device woke, or its network is another. */
  woke(): void;
  /** What no promise could tell, for logs: such as a token that could not be renewed. */
  error(error: Error): void;
  /** Whether there is a room or a queue, so that somebody may call: then a line that is quiet asks for a life sign. */
  isInUse(): boolean;
}

/** The line to the server: one session after the other. `openConnection` in connection.ts makes it. */
export interface Line {
  readonly state: ConnectionState;
  readonly welcome: Welcome | undefined;
  /**
   * Asks, and asks again on the next session as often as need be.
   *
   * @throws ParleyError with the code of an `error` answer, or `closed`; the reason of an aborted signal
   */
  request<Type extends Request['type']>(
    message: Extract<Request, { type: Type }>,
    signal?: AbortSignal,
  ): Promise<Answer>;
  /** Sends a signal once, on the session that is open, and says what became of it. `undefined`: no session is open, nothing was sent. */
  signal(message: OutgoingSignal): Promise<Receipt> | undefined;
  /** An `ack` alone: no receipt wanted. Nothing happens without an open session. */
  acknowledge(message: OutgoingSignal): void;
  close(): void;
}

/** How a remote peer is reached, for whoever negotiates with it. */
export interface PeerWire {
  readonly peer: SignalingPeer;
  /** Reliable, in order. */
  send(signal: Signal): void;
  /** Descriptions and candidates of the other end, in order; `custom` goes to the application. At most one listener. */
  listen(listener: (signal: Signal) => void | Promise<void>): Unsubscribe;
  iceServers(): Promise<RTCIceServer[]>;
  /** The moments at which a link is looked at again. */
  onNudge(listener: (why: 'peer-back' | 'resumed' | 'network') => void): Unsubscribe;
  /** The room let go of the peer: by these the link ends, by `lost` it may live on. */
  onGone(listener: (reason: string) => void): Unsubscribe;
}

export type { SealContext };
