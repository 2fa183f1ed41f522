import type { SendOutcome, Socket, SocketListener } from '@parley/core';
import { CLOSES, closeReason } from '@parley/protocol';
import type * as uWS from 'uWebSockets.js';
import type { Turn, Writer } from './turn.ts';

/** What hangs on each WebSocket of the library. Older ones copy its members, so it is a box with one member. */
export interface UserData {
  readonly connection: Connection;
}

/** What {@link Connection} is given. */
export interface ConnectionOptions {
  readonly maxMessageBytes: number;
  readonly turn: Turn;
  open(socket: Socket): SocketListener;
}

/**
 * What may wait for the end of a turn, in characters: of ASCII as much as the library's cork buffer holds, and even of three-byte
 * characters far less than a socket may hold unsent (`maxBackpressureBytes`), so what waits here is never dropped.
 */
const MAX_UNSENT = 16_384;

/** One WebSocket from `open` to `close`, which the library calls strictly in pairs. */
export class Connection implements Socket, Writer {
  readonly #turn: Turn;
  readonly #maxMessageBytes: number;
  /** Until it is called, once: what it holds of the handshake goes with it. */
  #open: ConnectionOptions['open'] | undefined;
  /** Only while it may be touched: any method of a closed one throws. */
  #ws: uWS.WebSocket<UserData> | undefined;
  #listener: SocketListener | undefined;
  /** What leaves at the end of this turn. */
  #unsent: (string | Uint8Array)[] | undefined;
  #unsentLength = 0;
  /** The kernel takes no more for the moment, so what is sent is tried at once and its outcome known. */
  #isBehind = false;
  /** 101 has not left yet. */
  #isOpening = true;
  #endAfterOpening: (() => void) | undefined;

  constructor(options: ConnectionOptions) {
    this.#turn = options.turn;
    this.#maxMessageBytes = options.maxMessageBytes;
    this.#open = (socket) => options.open(socket);
  }

  send(text: string | Uint8Array): SendOutcome {
    if (this.#ws === undefined) return 'ended';
    this.#unsentLength += text.length;
    if (!this.#isBehind && this.#unsentLength < MAX_UNSENT) return this.#defer(text);
    this.flush();
    return this.#write(text);
  }

  flush(): void {
    const unsent = this.#unsent;
    this.#unsent = undefined;
    this.#unsentLength = 0;
    if (unsent === undefined || this.#ws === undefined) return;
    const write = () => {
      for (const text of unsent) this.#write(text);
    };
    if (unsent.length === 1) write();
    else this.#ws.cork(write);
  }

  ping(): void {
    this.flush();
    if (this.#ws !== undefined) this.#settle(this.#ws.ping());
  }

  end(code: number, reason: string): void {
    this.flush();
    const ws = this.#release();
    if (ws === undefined) return;
    // Ended before 101 has left, the library writes the close frame but no FIN, and the client waits 4 s for its `close`.
    if (this.#isOpening) this.#endAfterOpening = () => ws.end(code, reason);
    else ws.end(code, reason);
  }

  /** What is sent in one turn leaves together anyway. */
  cork(writes: () => void): void {
    writes();
  }

  /** Does something about another socket while this one holds the cork, of which the library has one. `false`: it cannot. */
  lendCork(work: () => void): boolean {
    if (this.#ws === undefined || this.#isOpening) return false;
    this.#ws.cork(work);
    return true;
  }

  /** The library opened it. */
  opened(ws: uWS.WebSocket<UserData>): void {
    this.#ws = ws;
    const open = this.#open;
    this.#open = undefined;
    this.#listener = open?.(this);
  }

  /** 101 has left. */
  answered(): void {
    this.#isOpening = false;
    this.#endAfterOpening?.();
    this.#endAfterOpening = undefined;
  }

  /** A message came; its buffer is void after this call. */
  received(message: ArrayBuffer, isBinary: boolean): void {
    if (this.#ws === undefined) return;
    if (message.byteLength > this.#maxMessageBytes) {
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

  #defer(text: string | Uint8Array): SendOutcome {
    if (this.#unsent) {
      this.#unsent.push(text);
    } else {
      this.#unsent = [text];
      this.#turn.add(this);
    }
    return 'sent';
  }

  #write(text: string | Uint8Array): SendOutcome {
    return this.#ws === undefined ? 'ended' : this.#settle(this.#ws.send(text, false));
  }

  #settle(result: number): SendOutcome {
    this.#isBehind = result === QUEUED;
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
