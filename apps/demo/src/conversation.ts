/** What is said over the data channel: texts, and files, of which each is announced and then follows in binary chunks. */
type Message = { readonly kind: 'text'; readonly text: string } | FileHeader;

interface FileHeader {
  readonly kind: 'file';
  readonly name: string;
  readonly bytes: number;
}

export interface ConversationEvents {
  text(text: string): void;
  /** A file is announced; it comes from now on. */
  file(file: IncomingFile): void;
}

export interface IncomingFile {
  readonly name: string;
  readonly bytes: number;
  /** Called with the bytes that are there so far. */
  onProgress: (received: number) => void;
  /** The whole file, or `undefined` when the connection ended before. */
  readonly whole: Promise<Blob | undefined>;
}

/** What every browser can send at once, also to older ones (RFC 8831 section 6.6). */
export const CHUNK_BYTES = 16 * 1024;
/** Read from disk at once. */
const BLOCK_BYTES = 64 * CHUNK_BYTES;
/** The browser holds what is not sent yet in memory: above the one wait, below the other go on. */
const HIGH_WATER_BYTES = 1024 * 1024;
const LOW_WATER_BYTES = 256 * 1024;
/** A received file is held in memory until it is saved. */
export const MAX_FILE_BYTES = 512 * 1024 * 1024;
export const MAX_TEXT_CHARS = 4_000;
const MAX_NAME_CHARS = 255;

/** Talks over one data channel: reliable and in order. What comes from the other end is not trusted. */
export class Conversation {
  readonly #channel: RTCDataChannel;
  readonly #events: ConversationEvents;
  #incoming: Incoming | undefined;
  /** One file after the other: a chunk does not say which file it belongs to. */
  #lastFile: Promise<unknown> = Promise.resolve();

  constructor(channel: RTCDataChannel, events: ConversationEvents) {
    this.#channel = channel;
    this.#events = events;
    channel.bufferedAmountLowThreshold = LOW_WATER_BYTES;
    channel.addEventListener('message', ({ data }) => this.#receive(data));
    channel.addEventListener('close', () => this.#incoming?.end(undefined));
  }

  get open(): boolean {
    return this.#channel.readyState === 'open';
  }

  sendText(text: string): void {
    this.#send({ kind: 'text', text });
  }

  /** `sent` counts what has left this browser's buffer. False when the connection ended before all had. */
  sendFile(file: File, onProgress: (sent: number) => void): Promise<boolean> {
    const sent = this.#lastFile.then(() => this.#sendFile(file, onProgress));
    this.#lastFile = sent;
    return sent;
  }

  async #sendFile(file: File, onProgress: (sent: number) => void): Promise<boolean> {
    if (!this.open) return false;
    this.#send({ kind: 'file', name: file.name.slice(0, MAX_NAME_CHARS), bytes: file.size });
    for (let offset = 0; offset < file.size; offset += BLOCK_BYTES) {
      const block = await file.slice(offset, offset + BLOCK_BYTES).arrayBuffer();
      for (let start = 0; start < block.byteLength; start += CHUNK_BYTES) {
        if (!(await this.#hasRoom(LOW_WATER_BYTES < HIGH_WATER_BYTES ? HIGH_WATER_BYTES : 0))) return false;
        this.#channel.send(block.slice(start, start + CHUNK_BYTES));
        onProgress(Math.max(0, offset + start + CHUNK_BYTES - this.#channel.bufferedAmount));
      }
    }
    return this.#hasRoom(0);
  }
}
