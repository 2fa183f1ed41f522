import type { Channel } from '../api.ts';
import { guarded } from '../emitter.ts';
import { ParleyError } from '../error.ts';
import type { SendFileOptions, SentFile } from '../files.ts';
import { onAbort, unlessAborted } from './aborting.ts';
import { Digest } from './digest.ts';
import { chunk, CHUNK_BYTES, fileName, mediaType, type Note } from './frames.ts';

/** Read from disk at once. */
const BLOCK_BYTES = 64 * CHUNK_BYTES;
/** What has not left yet waits in memory, up to this much; then we wait, too. */
const MAX_BUFFERED_BYTES = 1024 * 1024;
/** And look again, for whoever watches the progress, whenever this much has left. */
const STEP_BYTES = 64 * 1024;

/** A file on its way out, from the offer until the other end has said what became of it. */
export class OutgoingFile {
  readonly #channel: Channel;
  readonly #id: number;
  readonly #file: Blob;
  readonly #options: SendFileOptions;
  /** Aborted when nothing will come of it any more, whoever said so. */
  readonly #over = new AbortController();
  /** Whether the other end knows that it is over, or never heard of it. */
  #isOverThere = true;
  #accept: () => void = () => undefined;
  readonly #accepted = new Promise<void>((resolve) => (this.#accept = resolve));
  #receive: () => void = () => undefined;
  readonly #received = new Promise<void>((resolve) => (this.#receive = resolve));
  #isReceived = false;
  #progress = 0;

  constructor(channel: Channel, id: number, file: Blob, options: SendFileOptions) {
    this.#channel = channel;
    this.#id = id;
    this.#file = file;
    this.#options = options;
  }

  async send(): Promise<SentFile> {
    const { signal } = this.#options;
    const forget = onAbort(signal, () => this.#over.abort(signal?.reason));
    try {
      await this.#while(this.#channel.ready);
      this.#offer();
      await this.#while(this.#accepted);
      const sha256 = await this.#sendChunks();
      this.#say({ type: 'end', id: this.#id, sha256 });
      await this.#untilReceived();
      this.#tellProgress(this.#file.size);
      return { bytes: this.#file.size, sha256 };
    } catch (error) {
      this.#withdraw(error);
      throw error;
    } finally {
      forget();
    }
  }

  /** What the other end says about it. */
  hear(note: Extract<Note, { type: 'accept' | 'received' | 'refuse' }>): void {
    if (note.type === 'accept') return this.#accept();
    if (note.type === 'received') {
      this.#isReceived = true;
      return this.#receive();
    }
    this.#isOverThere = true;
    this.#over.abort(new ParleyError(note.code));
  }

  /** The channel is no more. */
  abandon(): void {
    this.#over.abort(new ParleyError('closed'));
  }

  #offer(): void {
    const { size: bytes, type } = this.#file;
    // A Blob has no name; a File is a Blob that has one.
    const name = fileName(this.#options.name ?? (this.#file as Partial<File>).name);
    this.#say({ type: 'offer', id: this.#id, bytes, name, media: mediaType(type) });
    this.#isOverThere = false;
  }

  async #sendChunks(): Promise<string> {
    const digest = new Digest();
    for (let start = 0; start < this.#file.size; start += BLOCK_BYTES) {
      const block = await this.#while(this.#read(start));
      digest.add(block);
      for (let offset = 0; offset < block.length; offset += CHUNK_BYTES) {
        if (this.#channel.bufferedBytes > MAX_BUFFERED_BYTES) await this.#while(this.#step());
        this.#over.signal.throwIfAborted();
        this.#channel.send(chunk(this.#id, block.subarray(offset, offset + CHUNK_BYTES)));
        this.#tellLeft(start + offset);
      }
    }
    return digest.end();
  }

  async #read(start: number): Promise<Uint8Array> {
    try {
      return new Uint8Array(await this.#file.slice(start, start + BLOCK_BYTES).arrayBuffer());
    } catch {
      // Changed, moved, or on a disk that is gone: the browser says no more than that.
      throw new ParleyError('unreadable');
    }
  }

  async #untilReceived(): Promise<void> {
    while (!this.#isReceived && this.#channel.bufferedBytes > 0) {
      await this.#while(Promise.race([this.#received, this.#step()]));
      this.#tellLeft(this.#file.size);
    }
    await this.#while(this.#received);
  }

  #step(): Promise<void> {
    return this.#channel.drained(Math.max(0, this.#channel.bufferedBytes - STEP_BYTES));
  }

  #while<T>(promise: Promise<T>): Promise<T> {
    return unlessAborted(this.#over.signal, promise);
  }

  /** What waits may be of other files, too: at least so much of this one has left. */
  #tellLeft(saidBytes: number): void {
    this.#tellProgress(saidBytes - this.#channel.bufferedBytes);
  }

  #tellProgress(bytes: number): void {
    if (bytes <= this.#progress) return;
    this.#progress = bytes;
    guarded(() => this.#options.onProgress?.(bytes));
  }

  #withdraw(error: unknown): void {
    if (this.#isOverThere || !this.#channel.isOpen) return;
    const isUnreadable = error instanceof ParleyError && error.code === 'unreadable';
    this.#say({ type: 'withdraw', id: this.#id, code: isUnreadable ? 'unreadable' : 'withdrawn' });
  }

  #say(note: Note): void {
    this.#channel.send(JSON.stringify(note));
  }
}
