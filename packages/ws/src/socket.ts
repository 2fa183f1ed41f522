import type { Duplex } from 'node:stream';
import type { SendOutcome, Socket, SocketListener } from '@parley/core';
import { CLOSES, closeReason } from '@parley/protocol';
import { WebSocket } from 'ws';

/** What {@link Connection} is given. */
export interface ConnectionOptions {
  readonly maxMessageBytes: number;
  readonly maxBackpressureBytes: number;
  open(socket: Socket): SocketListener;
}

const TEXT = { binary: false } as const;

/** One WebSocket from open to close. */
export class Connection implements Socket {
  readonly #ws: WebSocket;
  readonly #wire: Duplex;
  readonly #options: ConnectionOptions;
  /** Settled when its listener has heard `closed`. */
  readonly gone: Promise<void>;
  #endCode: number | undefined;
  #corkedWhile: SendOutcome | undefined;

  /** `wire` is the connection underneath: `ws` has no cork of its own. */
  constructor(ws: WebSocket, wire: Duplex, options: ConnectionOptions) {
    this.#ws = ws;
    this.#wire = wire;
    this.#options = options;
    this.gone = this.#hear(options.open(this));
  }

  send(text: string | Uint8Array): SendOutcome {
    if (!this.#isOpen()) return 'ended';
    if (this.#ws.bufferedAmount > this.#options.maxBackpressureBytes) {
      this.#ws.terminate();
      return 'dropped';
    }
    this.#ws.send(text, TEXT);
    return this.#corkedWhile ?? this.#progress();
  }

  ping(): void {
    if (this.#isOpen()) this.#ws.ping();
  }

  end(code: number, reason: string): void {
    if (!this.#isOpen()) return;
    this.#endCode = code;
    this.#ws.close(code, reason);
  }

  cork(writes: () => void): void {
    if (this.#corkedWhile !== undefined) return writes();
    // Corked, everything counts as buffered; whether the wire takes bytes is what it did before.
    this.#corkedWhile = this.#progress();
    this.#wire.cork();
    try {
      writes();
    } finally {
      this.#wire.uncork();
      this.#corkedWhile = undefined;
    }
  }

  #hear(listener: SocketListener): Promise<void> {
    this.#ws.on('message', (data: Buffer, isBinary) => {
      if (this.#isOpen()) this.#received(listener, data, isBinary);
    });
    const alive = (): void => {
      if (this.#isOpen()) listener.alive();
    };
    this.#ws.on('ping', alive);
    this.#ws.on('pong', alive);
    // A broken frame; `ws` has sent its close frame and `close` follows.
    this.#ws.on('error', () => {});
    return new Promise((resolve) => {
      this.#ws.on('close', (code) => {
        listener.closed(this.#endCode ?? code);
        resolve();
      });
    });
  }

  #received(listener: SocketListener, data: Buffer, isBinary: boolean): void {
    if (data.length > this.#options.maxMessageBytes) this.end(CLOSES['too-big'].code, closeReason('too-big'));
    else if (isBinary) listener.binary();
    else listener.message(data.toString('utf8'), data.length);
  }

  #isOpen(): boolean {
    return this.#ws.readyState === WebSocket.OPEN;
  }

  /** Over TLS nothing has left by now, because encrypting takes a turn of the event loop: there everything counts as queued. */
  #progress(): SendOutcome {
    return this.#ws.bufferedAmount === 0 ? 'sent' : 'queued';
  }
}
