import type { Incoming, Outgoing, Welcome } from '@parley/protocol/plain';

import type { PlatformWebSocket } from './api.ts';
import type { Timers } from './timers.ts';

/** How a session ended. */
export interface SessionEnd {
  readonly code: number;
  readonly reason: string;
  /** Whether there was a socket at all. If not, a browser does not say why. */
  readonly wasOpen: boolean;
}

/** What a session tells; all of it at once and in order, because `welcome` and what follows it may arrive in one packet. */
export interface SessionEvents {
  welcome(session: Session, welcome: Welcome): void;
  /** Everything else; what answers something (`re`) goes to whoever asked as well. */
  message(session: Session, message: Outgoing): void;
  /** Once, and then nothing more. */
  closed(session: Session, end: SessionEnd): void;
}

/** Of a union, each member without its `id`. */
type WithoutId<Message> = Message extends unknown ? Omit<Message, 'id'> : never;
/** What a session sends; it numbers by itself what wants an answer. */
export type Said = WithoutId<Incoming>;

/** Neither 1000, which says goodbye for the peer, nor a code that means something to the node. */
const GIVEN_UP = 4900;
/** WebSocket.OPEN (WHATWG WebSockets): of what is said on one that is closing, browsers complain. */
const OPEN = 1;
const WELCOME_WITHIN_MS = 10_000;

/** One WebSocket, from its opening to its close. */
export class Session {
  /** Nothing more is said or heard. */
  isOver = false;
  /** Another session was asked to take its place; then that it closes as `replaced` is no news. */
  isLeft = false;
  readonly #socket: PlatformWebSocket;
  readonly #events: SessionEvents;
  readonly #asked = new Map<number, (answer: Outgoing | undefined) => void>();
  #lastId = 0;
  #wasOpen = false;
  #welcomeMs: number | undefined;
  #heardMs = 0;

  /** @param socket which is just being opened */
  constructor(socket: PlatformWebSocket, timers: Timers, events: SessionEvents) {
    this.#socket = socket;
    this.#events = events;
    timers.after(WELCOME_WITHIN_MS, () => {
      if (this.#welcomeMs === undefined) this.giveUp();
    });
    socket.addEventListener('open', () => (this.#wasOpen = true));
    socket.addEventListener('message', ({ data }) => this.#hear(data));
    socket.addEventListener('close', ({ code, reason }) => this.#over(code, reason));
    // 'close' follows and says more; without a listener, the "ws" package throws it.
    socket.addEventListener('error', () => {});
  }

  /** Since its welcome. */
  get ageMs(): number {
    return performance.now() - (this.#welcomeMs ?? Infinity);
  }

  /** Since the node said something. */
  get quietMs(): number {
    return performance.now() - this.#heardMs;
  }

  /** Something has no answer yet. */
  get isAsking(): boolean {
    return this.#asked.size > 0;
  }

  /** Nothing before the welcome: the first frame tells the node that a resume was heard, and voids the former proof. */
  send(message: Incoming | Said): void {
    if (this.#welcomeMs !== undefined && this.#socket.readyState === OPEN)
      this.#socket.send(JSON.stringify(message));
  }

  /** The answer, `error` included; `undefined` if the session ended first. */
  ask(message: Said): Promise<Outgoing | undefined> {
    return new Promise((resolve) => {
      if (this.isOver) return resolve(undefined);
      const id = ++this.#lastId;
      this.#asked.set(id, resolve);
      this.send({ ...message, id });
    });
  }

  /** Ends it at once, and for the peer nothing: it is away, or with another session. */
  giveUp(code = GIVEN_UP): void {
    if (this.isOver) return;
    this.#socket.close(code);
    // The socket of a network that is gone takes its time to close.
    this.#over(1006, '');
  }

  /** Ends it at once, and the peer leaves. */
  sayGoodbye(): void {
    // A page that goes away still sends a frame, but need not live to close in an orderly way.
    this.send({ type: 'bye' });
    this.giveUp(1000);
  }

  #hear(data: unknown): void {
    const message = decoded(data);
    if (typeof message !== 'object' || !message || this.isOver) return;
    this.#heardMs = performance.now();
    if (message.type === 'welcome') {
      this.#welcomeMs = this.#heardMs;
      return this.#events.welcome(this, message);
    }
    const re = 're' in message ? (message.re as number) : 0;
    this.#asked.get(re)?.(message);
    this.#asked.delete(re);
    this.#events.message(this, message);
  }

  #over(code: number, reason: string): void {
    if (this.isOver) return;
    this.isOver = true;
    for (const answer of this.#asked.values()) answer(undefined);
    this.#events.closed(this, { code, reason, wasOpen: this.#wasOpen });
  }
}

/** A message of a node; of what is none, nothing. */
function decoded(data: unknown): Outgoing | null {
  try {
    return JSON.parse(data as string) as Outgoing | null;
  } catch {
    return null;
  }
}
