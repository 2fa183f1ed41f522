import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';

import type { Outgoing } from '@parley/protocol';

import { frame, OPCODE, takeFrame, text, type ServerFrame } from './frames.ts';

/** An HTTP answer. */
export interface Answer {
  readonly status: number;
  readonly headers: ReadonlyMap<string, string>;
  readonly body: string;
  /** As it came, all of it. */
  readonly raw: string;
}

/** How a connection ended: by a close frame, or without one. */
export type End = { readonly close: number; readonly reason: string } | 'cut';

/** For how long a stranger waits for anything. */
export interface Patience {
  readonly patienceMs?: number;
}

/** How a stranger comes in. */
export interface Entry extends Patience {
  readonly path?: string;
  /** Each a whole line. */
  readonly headers?: readonly string[];
}

/** How long anything may take before it counts as not happening. */
const PATIENCE_MS = 10_000;

/**
 * A TCP connection of somebody who means no good: it writes whatever bytes it is told to, reads HTTP answers and then frames,
 * and does nothing by itself but answer a close frame.
 */
export class Stranger {
  readonly answers: Answer[] = [];
  /** Text messages since 101, parsed. */
  readonly messages: Outgoing[] = [];
  /** The same, as they came. */
  readonly texts: string[] = [];

  readonly #wire: Socket;
  readonly #patienceMs: number;
  readonly #pongs: string[] = [];
  readonly #wakers = new Set<() => void>();
  #unread: Buffer = Buffer.alloc(0);
  #end: End | undefined;
  #isOver = false;
  #pings = 0;
  #peer = '';

  private constructor(wire: Socket, { patienceMs = PATIENCE_MS }: Patience) {
    this.#wire = wire;
    this.#patienceMs = patienceMs;
    wire.on('data', (chunk: Buffer) => this.#arrived(chunk));
    wire.on('error', () => {}); // 'close' follows
    wire.on('end', () => this.#over());
    wire.on('close', () => this.#over());
  }

  /** Only the TCP connection. */
  static async dial(port: number, patience: Patience = {}): Promise<Stranger> {
    const wire = connect({ port, host: '127.0.0.1', noDelay: true, allowHalfOpen: true });
    await once(wire, 'connect');
    return new Stranger(wire, patience);
  }

  /** Comes in the right way, and waits for `welcome`, which is taken away. */
  static async enter(port: number, entry: Entry): Promise<Stranger> {
    const stranger = await Stranger.dial(port, entry);
    stranger.write(handshake(entry));
    await stranger.until('welcome', () => stranger.messages.length > 0);
    const [welcome] = stranger.messages.splice(0);
    if (welcome?.type !== 'welcome') throw new Error(`not welcome but ${stranger.describe()}`);
    stranger.#peer = welcome.peer;
    stranger.texts.length = 0;
    return stranger;
  }

  /** Who it is, once it came in. */
  get peer(): string {
    return this.#peer;
  }

  /** Undefined while it lives. */
  get end(): End | undefined {
    return this.#end;
  }

  write(bytes: Uint8Array | string): void {
    if (this.#wire.writable) this.#wire.write(bytes);
  }

  /** Writes in pieces that arrive one by one, as over the internet. */
  async writeInPieces(bytes: Uint8Array | string, pieceBytes = Infinity): Promise<void> {
    for (let at = 0; at < bytes.length && this.#wire.writable; at += pieceBytes) {
      this.write(bytes.slice(at, at + pieceBytes));
      if (at + pieceBytes < bytes.length) await pause(2);
    }
  }

  /** Sends a text frame, as it should be. */
  say(message: string | object): void {
    this.write(text(typeof message === 'string' ? message : JSON.stringify(message)));
  }

  /** Sends a WebSocket ping and waits for its pong: what was sent before has been read by then. `false`: the session has ended. */
  async probe(): Promise<boolean> {
    const payload = `probe-${++this.#pings}`;
    this.write(frame(OPCODE.ping, payload));
    await this.until('a pong', () => this.#pongs.includes(payload) || this.#isOver);
    return !this.#isOver;
  }

  /** Says that it sends no more (FIN), and goes on listening. */
  finish(): void {
    this.#wire.end();
  }

  /** Goes without a word (RST). */
  reset(): void {
    this.#wire.resetAndDestroy();
  }

  /** Waits until it is so; asked again whenever something came, or the connection ended. */
  async until(what: string, isSo: () => boolean, patienceMs = this.#patienceMs): Promise<void> {
    if (isSo()) return;
    let look = () => {};
    let timer: NodeJS.Timeout | undefined;
    try {
      await new Promise<void>((resolve, reject) => {
        look = () => {
          if (isSo()) resolve();
          else if (this.#isOver) reject(new Error(`no ${what}: ${this.describe()}`));
        };
        this.#wakers.add(look);
        timer = setTimeout(
          () => reject(new Error(`no ${what} in ${patienceMs} ms: ${this.describe()}`)),
          patienceMs,
        );
        look();
      });
    } finally {
      this.#wakers.delete(look);
      clearTimeout(timer);
    }
  }

  /** Waits for the end of the connection. */
  async over(patienceMs?: number): Promise<End> {
    await this.until('end', () => this.#isOver, patienceMs);
    return this.#end ?? 'cut';
  }

  /** What came so far, for the errors of tests. */
  describe(): string {
    const { answers, messages } = this;
    const state = { answers: answers.map(({ raw }) => raw), messages, end: this.#end };
    return JSON.stringify(state).slice(0, 2_000);
  }

  #arrived(chunk: Buffer): void {
    this.#unread = Buffer.concat([this.#unread, chunk]);
    while (this.answers.at(-1)?.status === 101 ? this.#readFrame() : this.#readAnswer());
    this.#wake();
  }

  #readAnswer(): boolean {
    const answer = takeAnswer(this.#unread);
    if (answer === undefined) return false;
    this.#unread = this.#unread.subarray(answer.bytes);
    this.answers.push(answer);
    return true;
  }

  #readFrame(): boolean {
    const taken = takeFrame(this.#unread);
    if (taken === undefined) return false;
    this.#unread = taken.rest;
    this.#heard(taken.frame);
    return true;
  }

  #heard({ opcode, payload }: ServerFrame): void {
    if (opcode === OPCODE.text) this.texts.push(payload.toString());
    if (opcode === OPCODE.text) this.messages.push(JSON.parse(payload.toString()) as Outgoing);
    if (opcode === OPCODE.pong) this.#pongs.push(payload.toString());
    if (opcode !== OPCODE.close || this.#end !== undefined) return;
    const code = payload.length < 2 ? 1005 : payload.readUInt16BE(0);
    this.#end = { close: code, reason: payload.subarray(2).toString() };
    this.write(frame(OPCODE.close, payload));
  }

  #over(): void {
    this.#end ??= 'cut';
    this.#isOver = true;
    this.#wire.end();
    this.#wake();
  }

  #wake(): void {
    for (const look of this.#wakers) look();
  }
}

/** An opening handshake (RFC 6455, section 4.1) and then what `entry` adds. */
export function handshake({ path = '/v1/connect', headers = [] }: Entry = {}): string {
  return [`GET ${path} HTTP/1.1`, ...HANDSHAKE, ...headers, '', ''].join('\r\n');
}

/** The headers of an opening handshake. */
export const HANDSHAKE: readonly string[] = [
  'Host: parley.test',
  'Upgrade: websocket',
  'Connection: Upgrade',
  'Sec-WebSocket-Version: 13',
  'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==',
];

/** Takes the first whole answer off `bytes`. */
function takeAnswer(bytes: Buffer): (Answer & { readonly bytes: number }) | undefined {
  const headEnd = bytes.indexOf('\r\n\r\n');
  if (headEnd < 0) return undefined;
  const [statusLine = '', ...lines] = bytes.toString('latin1', 0, headEnd).split('\r\n');
  const headers = new Map(
    lines.map((line): [string, string] => {
      const colon = line.indexOf(':');
      return [line.slice(0, colon).toLowerCase(), line.slice(colon + 1).trim()];
    }),
  );
  const end = headEnd + 4 + Number(headers.get('content-length') ?? 0);
  if (bytes.length < end) return undefined;
  return {
    status: Number(statusLine.split(' ')[1]),
    headers,
    body: bytes.toString('utf8', headEnd + 4, end),
    raw: bytes.toString('utf8', 0, end),
    bytes: end,
  };
}
