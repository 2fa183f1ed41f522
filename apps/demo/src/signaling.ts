import { ENDPOINTS, parseCloseReason, reconnectAfterClose, writeSubprotocols } from '@parley/protocol/plain';
import type { Incoming, Outgoing, Welcome } from '@parley/protocol/plain';

import { backoffMs } from './backoff.ts';

/** What is told of the connection to the node. */
export interface SignalingEvents {
  /** A session began; after a lost connection it goes on (`resumed`), or it is another one. */
  online(welcome: Welcome): void;
  /** The connection is lost, and will be tried again. */
  offline(): void;
  /** It will not be tried again: the code says why. */
  refused(code: string): void;
  /** Something that answers nothing. */
  message(message: Outgoing): void;
}

/** A message without the `id` that a request puts on it. */
export type Request = Incoming extends infer Each
  ? Each extends Incoming
    ? Omit<Each, 'id'>
    : never
  : never;

/** The terminal answer to a request, `error` included; or the connection was lost before one came. */
export type Answer = Outgoing | { readonly type: 'disconnected' };

type Timer = ReturnType<typeof setTimeout>;

/** A session that lasted so long begins the back-off anew. */
const STABLE_MS = 10_000;
/** A page cannot see the node's WebSocket pings, so it asks itself. */
const PONG_WITHIN_MS = 10_000;
/** Neither 1000, which says goodbye, nor a code that means something to the node. */
const CLOSE_TO_COME_BACK = 4999;

/** One WebSocket to a node at a time, and another one when it is lost. */
export class Signaling {
  readonly #token: string | undefined;
  readonly #events: SignalingEvents;
  #socket: WebSocket | undefined;
  #online = false;
  #ended = false;
  /** With it the session that was lost goes on. */
  #resume: string | undefined;
  #failures = 0;
  #onlineSince = 0;
  #lastId = 0;
  readonly #requests = new Map<number, (answer: Answer) => void>();
  readonly #timers: Timer[] = [];

  constructor(token: string | undefined, events: SignalingEvents) {
    this.#token = token;
    this.#events = events;
    this.#connect();
  }

  get online(): boolean {
    return this.#online;
  }

  /** Sends without waiting for an answer; silently nothing while offline. */
  send(message: Request): void {
    if (this.#online) this.#socket?.send(JSON.stringify(message));
  }

  /** Never rejects. */
  request(message: Request): Promise<Answer> {
    if (!this.#online) return Promise.resolve({ type: 'disconnected' });
    const id = ++this.#lastId;
    return new Promise((resolve) => {
      this.#requests.set(id, resolve);
      this.#socket?.send(JSON.stringify({ ...message, id }));
    });
  }

  /** Back on the network, or back on this page: there is nothing to wait for. */
  hurry(): void {
    if (this.#socket === undefined && !this.#ended) this.#connect();
  }

  /** Says goodbye, and does not come back. A frame sent while the page goes away still arrives. */
  end(): void {
    this.send({ type: 'bye' });
    this.#ended = true;
    this.#socket?.close(1000);
    this.#reset();
  }

  #connect(): void {
    this.#reset();
    const url = new URL(ENDPOINTS.connect, location.href);
    url.protocol = url.protocol.replace('http', 'ws');
    const socket = new WebSocket(url, writeSubprotocols({ token: this.#token, resume: this.#resume }));
    let opened = false;
    socket.addEventListener('open', () => (opened = true));
    socket.addEventListener('message', ({ data }) => this.#receive(JSON.parse(String(data)) as Outgoing));
    socket.addEventListener('close', (event) => {
      if (socket === this.#socket) void this.#lost(event, opened);
    });
    this.#socket = socket;
  }

  #receive(message: Outgoing): void {
    if (message.type === 'welcome') return this.#welcomed(message);
    if (message.type === 'going-away') return void this.#later(message.reconnectAfterMs, () => this.#move());
    const re = 're' in message ? Number(message.re) : 0;
    const answered = this.#requests.get(re);
    if (answered === undefined) return this.#events.message(message);
    this.#requests.delete(re);
    answered(message);
  }

  #welcomed(welcome: Welcome): void {
    this.#online = true;
    this.#resume = welcome.resume;
    this.#onlineSince = performance.now();
    this.#beat(welcome.heartbeatMs);
    this.#events.online(welcome);
  }

  /** Asks for a life sign now and then: a connection whose other end vanished looks alive for minutes otherwise. */
  #beat(everyMs: number): void {
    this.#later(everyMs, () => {
      const silence = this.#later(PONG_WITHIN_MS, () => this.#move());
      void this.request({ type: 'ping' }).then(() => clearTimeout(silence));
      this.#beat(everyMs);
    });
  }

  /** Gives this connection up for another one. */
  #move(): void {
    const former = this.#socket;
    this.#connect();
    this.#events.offline();
    former?.close(CLOSE_TO_COME_BACK);
  }

  async #lost({ code, reason }: CloseEvent, opened: boolean): Promise<void> {
    const stable = this.#online && performance.now() - this.#onlineSince > STABLE_MS;
    this.#failures = stable ? 0 : this.#failures + 1;
    this.#reset();
    const close = parseCloseReason(reason);
    const what = reconnectAfterClose(code);
    if (what === 'changed' || what === 'never') return this.#refuse(close?.name ?? `close-${code}`);
    this.#events.offline();
    const refusal = opened ? undefined : await this.#check();
    if (this.#ended || this.#socket !== undefined) return;
    if (refusal?.final === true) return this.#refuse(refusal.code);
    this.#later((close?.retryAfterMs ?? refusal?.retryAfterMs ?? 0) + backoffMs(this.#failures), () =>
      this.#connect(),
    );
  }

  #refuse(code: string): void {
    this.#ended = true;
    this.#events.refused(code);
  }

  /** A browser sees nothing of a refused upgrade; this answers what it would have been told. */
  async #check(): Promise<{ code: string; final: boolean; retryAfterMs?: number } | undefined> {
    try {
      const headers: HeadersInit =
        this.#token === undefined ? {} : { authorization: `Bearer ${this.#token}` };
      const response = await fetch(ENDPOINTS.check, { headers, credentials: 'omit', cache: 'no-store' });
      if (response.ok) return undefined;
      const body = (await response.json()) as { code: string; retryAfterMs?: number };
      return { ...body, final: response.status < 500 && response.status !== 429 };
    } catch {
      // Nobody there, or no node: the next attempt will tell.
      return undefined;
    }
  }

  #later(delayMs: number, task: () => void): Timer {
    const timer = setTimeout(task, delayMs);
    this.#timers.push(timer);
    return timer;
  }

  /** Nothing of the former connection goes on: no timer, no request that waits. */
  #reset(): void {
    this.#socket = undefined;
    this.#online = false;
    for (const timer of this.#timers.splice(0)) clearTimeout(timer);
    for (const answered of this.#requests.values()) answered({ type: 'disconnected' });
    this.#requests.clear();
  }
}
