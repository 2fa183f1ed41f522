import type { SendOutcome, Socket, SocketListener } from '@parley/core';
import { CLOSES, closeReason } from '@parley/protocol';
import type * as uWS from 'uWebSockets.js';

/** What hangs on each WebSocket of the library. Older ones copy its members, so it is a box with one member. */
export interface UserData {
  readonly connection: Connection;
}

/** What {@link Connection} is given. */
export interface ConnectionOptions {
  readonly maxMessageBytes: number;
  open(socket: Socket): SocketListener;
}

/** One WebSocket from `open` to `close`, which the library calls strictly in pairs. */
export class Connection implements Socket {
  readonly #options: ConnectionOptions;
  /** Only while it may be touched: any method of a closed one throws. */
  #ws: uWS.WebSocket<UserData> | undefined;
  #listener: SocketListener | undefined;
  /** 101 leaves in a cork, of its own or of another socket, so a connection begins in one. */
  #corked = true;
  #endAfterCork: (() => void) | undefined;

  constructor(options: ConnectionOptions) {
    this.#options = options;
  }

  send(text: string | Uint8Array): SendOutcome {
    return this.#ws === undefined ? 'ended' : this.#settle(this.#ws.send(text, false));
  }

  ping(): void {
    this.#settle(this.#ws?.ping());
  }

  end(code: number, reason: string): void {
    const ws = this.#release();
    if (ws === undefined) return;
    // Ended inside a cork, the library writes the close frame but no FIN, and the client waits 4 s for its `close`.
    if (this.#corked) this.#endAfterCork = () => ws.end(code, reason);
    else ws.end(code, reason);
  }

  /** {@link cork} would be one of the library's, of which it has one: it is open, and nothing is being corked for it. */
  get canCork(): boolean {
    return this.#ws !== undefined && !this.#corked;
  }

  cork(writes: () => void): void {
    if (this.#ws === undefined || this.#corked) return writes();
    this.#corked = true;
    try {
      this.#ws.cork(writes);
    } finally {
      this.uncorked();
    }
  }

  /** The library opened it. */
  opened(ws: uWS.WebSocket<UserData>): void {
    this.#ws = ws;
    this.#listener = this.#options.open(this);
  }

  /** What was written in a cork has left. */
  uncorked(): void {
    this.#corked = false;
    this.#endAfterCork?.();
    this.#endAfterCork = undefined;
  }

  /** A message came; its buffer is void after this call. */
  received(message: ArrayBuffer, isBinary: boolean): void {
    if (this.#ws === undefined) return;
    if (message.byteLength > this.#options.maxMessageBytes) {
      this.end(CLOSES['too-big'].code, closeReason('too-big'));
    } else if (isBinary) {
      this.#listener?.binary();
    } else {
      this.#listener?.message(Buffer.from(message).toString('utf8'), message.byteLength);
    }
  }

  /** A ping or a pong came. */
  alive(): void {
    if (this.#ws !== undefined) this.#listener?.alive();
  }

  /**
   * The library closed it, often from inside a method of it, even before `open` has returned: so this is passed on
   * when the node's own call is over.
   */
  gone(code: number): void {
    this.#release();
    queueMicrotask(() => this.#listener?.closed(code));
  }

  #settle(result: number | undefined): SendOutcome {
    if (result === SENT) return 'sent';
    if (result === QUEUED) return 'queued';
    this.#release()?.close();
    return 'dropped';
  }

  #release(): uWS.WebSocket<UserData> | undefined {
    const ws = this.#ws;
    this.#ws = undefined;
    return ws;
  }
}

/** What the library's `send` returns; 2 is dropped. */
const SENT = 1;
const QUEUED = 0;
