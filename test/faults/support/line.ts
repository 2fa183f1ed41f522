import { setTimeout as pause } from 'node:timers/promises';

import { parseCloseReason, type Outgoing } from '@parley/protocol';
import { WebSocket, type RawData } from 'ws';

import type { SocketRecord } from './history.ts';

type Welcome = Extract<Outgoing, { type: 'welcome' }>;

/** A message, and when it was read. */
export interface Read {
  readonly message: Outgoing;
  readonly atMs: number;
}

export interface LineOptions {
  readonly url: string;
  readonly subprotocols: readonly string[];
  /** Written down as it happens. */
  readonly record: SocketRecord;
  /** How long nothing may come, life signs included, before the line is given up; half of that, and it is doubted. Absent: for ever. */
  readonly patienceMs?: number;
  /** How long it may take until the socket is open; a browser waits for a minute and more. */
  readonly handshakeMs?: number;
}

/** One socket of a client: it asks, it hears, it notices that the other end is dead. It never comes back. */
export class Line {
  readonly record: SocketRecord;
  /** `undefined`: it closed before. */
  readonly welcomed: Promise<Welcome | undefined>;
  readonly closed: Promise<void>;
  /** Resolves with the time in milliseconds after which to look for another node, if this one ever says so. */
  readonly goingAway: Promise<number>;
  /** The node said not to come back before. */
  retryAfterMs = 0;

  readonly #socket: WebSocket;
  readonly #asked = new Map<string, (answer: Read | undefined) => void>();
  #hear: ((read: Read) => void) | undefined;
  /** Heard before anybody listened. */
  readonly #unheard: Read[] = [];
  #heardAtMs = performance.now();
  /** Why there was no socket. */
  #refusal = '';
  #goAway: (reconnectAfterMs: number) => void = () => {};

  constructor({ url, subprotocols, record, patienceMs, handshakeMs = HANDSHAKE_MS }: LineOptions) {
    this.record = record;
    const address = `${url.replace(/^http/, 'ws')}/v1/connect`;
    const settings = { handshakeTimeout: handshakeMs, perMessageDeflate: false };
    this.#socket = new WebSocket(address, [...subprotocols], settings);
    this.closed = new Promise((resolve) => this.#socket.once('close', () => resolve()));
    this.goingAway = new Promise((resolve) => (this.#goAway = resolve));
    this.welcomed = new Promise((resolve) => {
      this.#socket.on('message', (data) => this.#read(data, resolve));
      this.#socket.once('close', (code, reason) => {
        this.#ended(code, reason.toString());
        resolve(undefined);
      });
    });
    this.#socket.on('error', () => {}); // 'close' follows
    this.#socket.on('ping', () => (this.#heardAtMs = performance.now()));
    this.#socket.once('unexpected-response', (_request, response) => {
      this.#refusal = `HTTP ${response.statusCode}`;
      this.retryAfterMs = Number(response.headers['retry-after'] ?? 0) * 1_000;
      this.#socket.terminate();
    });
    if (patienceMs !== undefined) this.#doubt(patienceMs);
  }

  get isOpen(): boolean {
    return this.#socket.readyState === WebSocket.OPEN;
  }

  /** Questions without an answer. */
  get pending(): number {
    return this.#asked.size;
  }

  /** From now on everything after `welcome` is heard, what came meanwhile first. */
  listen(hear: (read: Read) => void): void {
    this.#hear = hear;
    for (const read of this.#unheard.splice(0)) hear(read);
  }

  /** Resolves with the answer, or with nothing when the socket has closed. */
  ask(id: string, message: object): Promise<Read | undefined> {
    if (!this.isOpen) return Promise.resolve(undefined);
    return new Promise((resolve) => {
      this.#asked.set(id, resolve);
      this.#socket.send(JSON.stringify({ ...message, id }));
    });
  }

  /** Waits until everything that was asked has its answer, at most so long. */
  async quiet(mostMs: number): Promise<void> {
    const deadline = performance.now() + mostMs;
    while (this.pending > 0 && this.isOpen && performance.now() < deadline) await pause(5);
  }

  /** Drops the connection without a word; what was on its way to here is lost. */
  drop(): void {
    this.#socket.terminate();
  }

  /** Ends it on purpose, and hears the other side out. */
  async leave(): Promise<void> {
    this.#socket.close(1000);
    await Promise.race([this.closed, pause(HANDSHAKE_MS, undefined, { ref: false })]);
    this.#socket.terminate();
  }

  #read(data: RawData, welcome: (message: Welcome) => void): void {
    const atMs = performance.now();
    this.#heardAtMs = atMs;
    const message = JSON.parse((data as Buffer).toString()) as Outgoing;
    if (message.type === 'welcome') {
      const { peer, instance, session, resumed } = message;
      this.record.welcome = { peer, instance, session, resumed, atMs };
      return welcome(message);
    }
    if (message.type === 'going-away') {
      const { reconnectAfterMs } = message;
      this.record.goingAway = { atMs, reconnectAfterMs };
      this.#goAway(reconnectAfterMs);
    }
    const id = 're' in message ? message.re : undefined;
    const asked = typeof id === 'string' ? this.#asked.get(id) : undefined;
    if (asked && typeof id === 'string') this.#asked.delete(id);
    // An answer counts where it stands among the messages: a `joined` before the first `peer-joined`.
    asked?.({ message, atMs });
    if (this.#hear) this.#hear({ message, atMs });
    else this.#unheard.push({ message, atMs });
  }

  #ended(code: number, reason: string): void {
    this.record.end = { atMs: performance.now(), code, reason: reason || this.#refusal };
    this.retryAfterMs = parseCloseReason(reason)?.retryAfterMs ?? this.retryAfterMs;
    for (const asked of this.#asked.values()) asked(undefined);
    this.#asked.clear();
  }

  /** "When you doubt the line, send `ping`." */
  #doubt(patienceMs: number): void {
    const timer = setInterval(() => {
      const silentMs = performance.now() - this.#heardAtMs;
      if (silentMs > patienceMs) this.drop();
      // Before its welcome a client says nothing: any word of it would make its last proof worthless.
      else if (silentMs > patienceMs / 2 && this.isOpen && this.record.welcome)
        this.#socket.send('{"type":"ping"}');
    }, patienceMs / 4);
    void this.closed.then(() => clearInterval(timer));
  }
}

const HANDSHAKE_MS = 4_000;
