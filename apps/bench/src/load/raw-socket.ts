import { connect, type Socket } from 'node:net';

import { clientFrame, OPCODE } from './frame.ts';
import { FrameScanner } from './frame-scanner.ts';

/** Told of each text frame: `bytes` from `start` to `end` is the text, good only during the call. */
export type TextListener = (bytes: Buffer, start: number, end: number) => void;

/** One buffer for what all sockets read: it is looked at before the next read, and 18,000 buffers would be 1.2 GB. */
const INTAKE = Buffer.allocUnsafeSlow(256 * 1_024);

const GOOD_BYE = clientFrame(Buffer.from([1_000 >> 8, 1_000 & 0xff]), OPCODE.close);

/** A WebSocket reduced to what a load needs: a TCP socket, a handshake that is looked at once, frames in and out. */
export class RawSocket {
  /** Settles when the TCP connection is over. */
  readonly ended: Promise<void>;
  /** Set it to hear texts as they come; until then they are kept for {@link expect}. */
  onText: TextListener | undefined;
  /** Called when all texts of one read were told: what they ask for may be sent with one write. */
  onRead: (() => void) | undefined;

  readonly #socket: Socket;
  readonly #scanner = new FrameScanner((opcode, bytes, start, end) => this.#frame(opcode, bytes, start, end));
  /** What came before `101` is complete. */
  #handshake: Buffer | undefined = Buffer.alloc(0);
  #isOpen = false;
  #isOver = false;
  #texts: string[] = [];
  #wake: (() => void) | undefined;

  private constructor(port: number, request: string) {
    // Node hands the buffer back for each read instead of making one.
    const onread = {
      buffer: INTAKE,
      callback: (count: number) => {
        this.#read(INTAKE.subarray(0, count));
        return true;
      },
    };
    this.#socket = connect({ port, host: '127.0.0.1', noDelay: true, onread });
    this.#socket.once('connect', () => this.#socket.write(request));
    this.#socket.on('error', () => {}); // a reset is an end as well
    this.ended = new Promise((resolve) => {
      this.#socket.once('close', () => {
        this.#isOver = true;
        resolve();
        this.#wake?.();
      });
    });
  }

  /**
   * Opens a WebSocket on this machine.
   *
   * @param request the HTTP request, with the empty line at its end
   * @throws Error with the status line when it is refused
   */
  static async open(port: number, request: string): Promise<RawSocket> {
    const socket = new RawSocket(port, request);
    await socket.#until(() => socket.#isOpen);
    return socket;
  }

  get isOver(): boolean {
    return this.#isOver;
  }

  /** Sends one or more frames as they are. */
  send(frames: Buffer): void {
    this.#socket.write(frames);
  }

  /** Makes a frame of it first: for what is not sent often. */
  say(text: string): void {
    this.send(clientFrame(text));
  }

  /**
   * The first text, come or to come, that `pick` has something to say to. Texts that it has not are dropped.
   *
   * @throws Error when the socket ends first
   */
  async expect<T>(pick: (text: string) => T | undefined): Promise<T> {
    let picked: T | undefined;
    await this.#until(() => {
      while (picked === undefined && this.#texts.length > 0) picked = pick(this.#texts.shift() ?? '');
      return picked !== undefined;
    });
    return picked as T;
  }

  /** Says good bye and waits until the server has closed. */
  async close(): Promise<void> {
    this.send(GOOD_BYE);
    await this.ended;
  }

  /** Ends it with a reset, which leaves no port waiting for a minute. */
  reset(): void {
    this.#socket.resetAndDestroy();
  }

  async #until(isDone: () => boolean): Promise<void> {
    while (!isDone()) {
      if (this.#isOver) throw new Error(`the server ended the connection: ${this.#lastWords()}`);
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
      this.#wake = undefined;
    }
  }

  #lastWords(): string {
    return this.#handshake?.toString('latin1').split('\r\n', 1)[0] ?? this.#texts.at(-1) ?? 'without a word';
  }

  #read(chunk: Buffer): void {
    if (this.#isOpen) this.#scanner.push(chunk);
    else this.#shakeHands(chunk);
    this.onRead?.();
  }

  #shakeHands(chunk: Buffer): void {
    const bytes = Buffer.concat([this.#handshake ?? Buffer.alloc(0), chunk]);
    const end = bytes.indexOf('\r\n\r\n');
    this.#handshake = bytes;
    if (end < 0) return;
    if (!bytes.subarray(0, 12).equals(SWITCHING)) return void this.#socket.destroy();
    this.#isOpen = true;
    this.#handshake = undefined;
    this.#wake?.();
    this.#scanner.push(bytes.subarray(end + 4));
  }

  #frame(opcode: number, bytes: Buffer, start: number, end: number): void {
    if (opcode === OPCODE.text || opcode === OPCODE.binary) this.#text(bytes, start, end);
    else if (opcode === OPCODE.ping) this.send(clientFrame(bytes.subarray(start, end), OPCODE.pong));
    else if (opcode === OPCODE.close) {
      this.#texts.push(bytes.toString('utf8', start + 2, end));
      this.#socket.end(GOOD_BYE);
    }
  }

  #text(bytes: Buffer, start: number, end: number): void {
    if (this.onText) return this.onText(bytes, start, end);
    this.#texts.push(bytes.toString('utf8', start, end));
    this.#wake?.();
  }
}

const SWITCHING = Buffer.from('HTTP/1.1 101');

/** An opening handshake, RFC 6455 section 4.1. The key is anybody's: its echo is not checked. */
export function upgradeRequest(path: string, headers: readonly string[] = []): string {
  const lines = [
    `GET ${path} HTTP/1.1`,
    'Host: 127.0.0.1',
    'Upgrade: websocket',
    'Connection: Upgrade',
    'Sec-WebSocket-Version: 13',
    'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==',
    ...headers,
  ];
  return `${lines.join('\r\n')}\r\n\r\n`;
}
