import { once } from 'node:events';
import { connect } from 'node:net';
import type { Socket } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { connect as connectSecurely } from 'node:tls';
import { ENDPOINTS } from '@parley/protocol';
import { onTestFinished, vi } from 'vitest';
import { clientClose, clientFrame, OPCODE, takeFrame } from './frames.ts';
import type { Frame } from './frames.ts';

/** The head of an HTTP response. */
export interface Head {
  readonly status: number;
  readonly headers: ReadonlyMap<string, string>;
}

export interface ClientOptions {
  readonly host?: string;
  /** Answers a close frame with the same code, as the protocol demands. */
  readonly answersClose?: boolean;
  /** Speaks TLS to a server that proves itself by this certificate (PEM). */
  readonly ca?: string | undefined;
}

/** How long the suite waits for anything. */
export const PATIENCE = { timeout: 10_000, interval: 5 } as const;

/** A TCP connection that speaks as much HTTP and WebSocket as a test makes it. */
export class Client {
  readonly wire: Socket;
  readonly frames: Frame[] = [];
  /** The server has sent its last byte. */
  ended = false;
  /** Response heads so far. */
  heads = 0;
  /** The connection was reset. */
  wasReset = false;
  #unread: Buffer = Buffer.alloc(0);
  #head: Head | undefined;
  readonly #answersClose: boolean;

  private constructor(wire: Socket, answersClose: boolean) {
    this.wire = wire;
    this.#answersClose = answersClose;
    wire.on('data', (chunk: Buffer) => this.#read(chunk));
    wire.on('end', () => {
      this.ended = true;
    });
    wire.on('error', () => {
      this.wasReset = true;
    });
    onTestFinished(() => void wire.destroy());
  }

  static async connect(port: number, { host = '127.0.0.1', answersClose = true, ca }: ClientOptions = {}) {
    const wire = ca === undefined ? connect({ port, host }) : connectSecurely({ port, host, ca });
    await once(wire, ca === undefined ? 'connect' : 'secureConnect');
    wire.setNoDelay();
    return new Client(wire, answersClose);
  }

  write(bytes: string | Uint8Array): void {
    this.wire.write(bytes);
  }

  /** Writes in pieces that arrive one by one, as a long request does from afar. */
  async writeInPieces(text: string, pieceBytes: number): Promise<void> {
    for (let at = 0; at < text.length && this.wire.writable; at += pieceBytes) {
      this.write(text.slice(at, at + pieceBytes));
      await delay(10);
    }
  }

  text(payload: string | Uint8Array): void {
    this.write(clientFrame(OPCODE.text, payload));
  }

  /** Sends a close frame. */
  close(code: number): void {
    this.write(clientClose(code));
  }

  /** Goes without a word: RST. */
  reset(): void {
    this.wire.resetAndDestroy();
  }

  /** The head of the response, as soon as it is there. */
  async head(): Promise<Head> {
    await until('an answer or the end', () => this.#head !== undefined || this.isOver());
    if (this.#head === undefined) throw new Error('the connection ended without an answer');
    return this.#head;
  }

  /** What follows the head, when the server has ended the connection. */
  async bodyUntilEnd(): Promise<string> {
    await this.over();
    return this.#unread.toString();
  }

  /** What follows the head, as far as `Content-Length` reaches. */
  async body(): Promise<string> {
    const { headers } = await this.head();
    const length = Number(headers.get('content-length'));
    await until(`a body of ${length} bytes`, () => this.#unread.length >= length);
    const body = this.#unread.subarray(0, length).toString();
    this.#unread = this.#unread.subarray(length);
    this.startOver();
    return body;
  }

  /** The next head is that of another response. */
  startOver(): void {
    this.#head = undefined;
  }

  /** Text messages so far. */
  texts(): string[] {
    return this.frames
      .filter(({ opcode }) => opcode === OPCODE.text)
      .map(({ payload }) => payload.toString());
  }

  /** The code and reason of the server's close frame. */
  closeFrame(): { readonly code: number; readonly reason: string } | undefined {
    const payload = this.frames.find(({ opcode }) => opcode === OPCODE.close)?.payload;
    return payload && { code: payload.readUInt16BE(0), reason: payload.subarray(2).toString() };
  }

  isOver(): boolean {
    return this.ended || this.wasReset || this.wire.destroyed;
  }

  async over(): Promise<void> {
    await until('the end of the connection', () => this.isOver());
  }

  #read(chunk: Buffer): void {
    this.#unread = Buffer.concat([this.#unread, chunk]);
    if (this.#head === undefined) this.#readHead();
    if (this.#head?.status === 101) this.#readFrames();
  }

  #readHead(): void {
    const end = this.#unread.indexOf('\r\n\r\n');
    if (end === -1) return;
    const [statusLine = '', ...lines] = this.#unread.subarray(0, end).toString('latin1').split('\r\n');
    const headers = lines.map((line) => line.split(/:\s*(.*)/, 2) as [string, string]);
    this.#head = {
      status: Number(statusLine.split(' ')[1]),
      headers: new Map(headers.map(([name, value]) => [name.toLowerCase(), value])),
    };
    this.#unread = this.#unread.subarray(end + 4);
    this.heads += 1;
  }

  #readFrames(): void {
    for (let taken = takeFrame(this.#unread); taken !== undefined; taken = takeFrame(this.#unread)) {
      this.#unread = taken.rest;
      this.frames.push(taken.frame);
      if (taken.frame.opcode === OPCODE.close && this.#answersClose) {
        this.write(clientFrame(OPCODE.close, taken.frame.payload));
      }
    }
  }
}

function until(what: string, isSo: () => boolean): Promise<void> {
  return vi.waitFor(() => {
    if (!isSo()) throw new Error(`still missing: ${what}`);
  }, PATIENCE);
}

/** A request head; every header on its own line. */
export function request(line: string, headers: readonly string[] = []): string {
  return [`${line} HTTP/1.1`, 'Host: parley.test', ...headers, '', ''].join('\r\n');
}

/** What a handshake consists of, each by itself so that tests can leave it out. */
export const HANDSHAKE = {
  upgrade: 'Upgrade: websocket',
  connection: 'Connection: Upgrade',
  version: 'Sec-WebSocket-Version: 13',
  /** The example of RFC 6455, 1.3, where the answer `s3pPLMBiTxaQ9kYGzzhZRbK+xOo=` stands too. */
  key: 'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==',
} as const;

/** An opening handshake. */
export function handshake(headers: readonly string[] = [], target: string = ENDPOINTS.connect): string {
  return request(`GET ${target}`, [...Object.values(HANDSHAKE), ...headers]);
}
