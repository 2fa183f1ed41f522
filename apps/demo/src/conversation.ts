import { ArrivingFile } from './arriving-file.ts';
import type { FileHeader } from './arriving-file.ts';

/** What is said over the data channel: texts, and files, of which each is announced and then follows in binary chunks. */
type Message = { readonly kind: 'text'; readonly text: string } | ({ readonly kind: 'file' } & FileHeader);

export interface ConversationEvents {
  text(text: string): void;
  /** A file is announced; its bytes follow. */
  file(file: ArrivingFile): void;
}

export const MAX_TEXT_CHARS = 4_000;
/** The receiver holds a file in memory until it is saved. */
export const MAX_FILE_BYTES = 512 * 1024 * 1024;
const MAX_NAME_CHARS = 255;

/** What every browser can take as one message, also when another one sends it (RFC 8831 section 6.6). */
const CHUNK_BYTES = 16 * 1024;
/** Read from disk at once. */
const BLOCK_BYTES = 64 * CHUNK_BYTES;
/** What is not sent yet waits in memory: above the one this waits too, below the other it goes on. */
const HIGH_WATER_BYTES = 1024 * 1024;
const LOW_WATER_BYTES = 256 * 1024;

/** Talks over one data channel, reliable and in order. Nothing that comes from the other end is trusted. */
export class Conversation {
  readonly #channel: RTCDataChannel;
  readonly #events: ConversationEvents;
  #arriving: ArrivingFile | undefined;
  /** One file after the other: a chunk does not say which file it belongs to. */
  #lastFile: Promise<unknown> = Promise.resolve();

  constructor(channel: RTCDataChannel, events: ConversationEvents) {
    this.#channel = channel;
    this.#events = events;
    channel.addEventListener('message', ({ data }) => this.#receive(data));
    channel.addEventListener('close', () => this.#arriving?.abandon());
  }

  get open(): boolean {
    return this.#channel.readyState === 'open';
  }

  sendText(text: string): void {
    this.#send({ kind: 'text', text: text.slice(0, MAX_TEXT_CHARS) });
  }

  /** Tells how many bytes have left this browser, and at the end whether all have. */
  sendFile(file: File, onProgress: (sentBytes: number) => void): Promise<boolean> {
    const sent = this.#lastFile.then(() => this.#sendChunks(file, onProgress));
    this.#lastFile = sent.catch(() => undefined);
    return sent;
  }

  async #sendChunks(file: File, onProgress: (sentBytes: number) => void): Promise<boolean> {
    if (!this.open) return false;
    this.#send({ kind: 'file', name: file.name.slice(0, MAX_NAME_CHARS), bytes: file.size });
    for (let offset = 0; offset < file.size; offset += BLOCK_BYTES) {
      const block = await file.slice(offset, offset + BLOCK_BYTES).arrayBuffer();
      for (let start = 0; start < block.byteLength; start += CHUNK_BYTES) {
        if (!(await this.#hasRoom())) return false;
        this.#channel.send(block.slice(start, start + CHUNK_BYTES));
        onProgress(Math.max(0, offset + start - this.#channel.bufferedAmount));
      }
    }
    return this.#bufferedAtMost(0);
  }

  async #hasRoom(): Promise<boolean> {
    return this.#channel.bufferedAmount <= HIGH_WATER_BYTES
      ? this.open
      : this.#bufferedAtMost(LOW_WATER_BYTES);
  }

  /** Waits until no more than this is left to be sent; false if the channel ends before. */
  async #bufferedAtMost(bytes: number): Promise<boolean> {
    while (this.open && this.#channel.bufferedAmount > bytes) {
      this.#channel.bufferedAmountLowThreshold = bytes;
      await nextOf(this.#channel, ['bufferedamountlow', 'close']);
    }
    return this.open;
  }

  #send(message: Message): void {
    if (this.open) this.#channel.send(JSON.stringify(message));
  }

  #receive(data: unknown): void {
    if (data instanceof ArrayBuffer) return this.#arriving?.add(data);
    const message = readMessage(data);
    if (message?.kind === 'text') this.#events.text(message.text);
    if (message?.kind === 'file') this.#arrive(message);
  }

  #arrive({ name, bytes }: FileHeader): void {
    this.#arriving?.abandon();
    this.#arriving = new ArrivingFile({ name, bytes });
    this.#events.file(this.#arriving);
  }
}

/** Waits for the first of several events, and leaves no listener behind. */
function nextOf(target: EventTarget, types: readonly string[]): Promise<void> {
  const heard = new AbortController();
  return new Promise((resolve) => {
    heard.signal.addEventListener('abort', () => resolve());
    for (const type of types) target.addEventListener(type, () => heard.abort(), { signal: heard.signal });
  });
}

function readMessage(data: unknown): Message | undefined {
  const { kind, text, name, bytes } = parse(String(data));
  if (kind === 'text' && typeof text === 'string') return { kind, text: text.slice(0, MAX_TEXT_CHARS) };
  if (kind !== 'file' || typeof name !== 'string' || !Number.isSafeInteger(bytes)) return undefined;
  if (Number(bytes) < 0 || Number(bytes) > MAX_FILE_BYTES) return undefined;
  return { kind, name: name.slice(0, MAX_NAME_CHARS), bytes: Number(bytes) };
}

function parse(text: string): Readonly<Record<string, unknown>> {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null ? { ...value } : {};
  } catch {
    // Not said by this page: nothing to show.
    return {};
  }
}
