import type { Channel, Unsubscribe } from '../api.ts';
import { guarded } from '../emitter.ts';
import type { IncomingFile, SendFileOptions, SentFile } from '../files.ts';
import { type Note, readChunk, readNote } from './frames.ts';
import { ArrivingFile } from './incoming.ts';
import { OutgoingFile } from './outgoing.ts';

/** Who wants to hear of files, and of which. */
export interface Receiver {
  readonly listener: (file: IncomingFile) => void;
  readonly maxBytes: number;
}

/** Files that wait or arrive at once; what is offered beyond is refused, so that a stranger cannot fill our memory with offers. */
const MAX_ARRIVING = 64;

/** All files of one channel, in both directions. */
export class FileExchange {
  readonly #channel: Channel;
  /** By the numbers that we gave. */
  readonly #outgoing = new Map<number, OutgoingFile>();
  /** By the numbers that the other end gave. */
  readonly #arriving = new Map<number, ArrivingFile>();
  /** Of the arriving ones, those that nobody has heard of. */
  readonly #untold = new Set<ArrivingFile>();
  readonly #receivers = new Set<Receiver>();
  #lastId = 0;
  #isOver = false;

  constructor(channel: Channel) {
    this.#channel = channel;
    channel.on('message', (message) => {
      if (typeof message === 'string') this.#hear(message);
      else this.#take(message);
    });
    channel.on('closed', () => this.#abandon());
  }

  async send(file: Blob, options: SendFileOptions): Promise<SentFile> {
    const id = ++this.#lastId;
    const outgoing = new OutgoingFile(this.#channel, id, file, options);
    this.#outgoing.set(id, outgoing);
    if (this.#isOver) outgoing.abandon();
    return outgoing.send().finally(() => this.#outgoing.delete(id));
  }

  listen(receiver: Receiver): Unsubscribe {
    this.#receivers.add(receiver);
    for (const file of this.#untold) this.#tell(file);
    return () => void this.#receivers.delete(receiver);
  }

  /** What it means nothing to is late, or nonsense: either is dropped. */
  #hear(text: string): void {
    const note = readNote(text);
    if (note?.type === 'offer') this.#arrive(note);
    else if (note?.type === 'end') this.#arriving.get(note.id)?.complete(note.sha256);
    else if (note?.type === 'withdraw') this.#arriving.get(note.id)?.abandon(note.code);
    else if (note) this.#outgoing.get(note.id)?.hear(note);
  }

  #take(message: ArrayBuffer): void {
    const chunk = readChunk(message);
    // Of a file that was just refused, more is under way.
    if (chunk) this.#arriving.get(chunk.id)?.add(chunk.bytes);
  }

  #arrive(offer: Extract<Note, { type: 'offer' }>): void {
    const { id } = offer;
    if (this.#arriving.has(id)) return;
    if (this.#arriving.size >= MAX_ARRIVING) return this.#say({ type: 'refuse', id, code: 'too-many' });
    const file = new ArrivingFile(offer, {
      say: (note) => this.#say(note),
      over: () => {
        this.#arriving.delete(id);
        this.#untold.delete(file);
      },
    });
    this.#arriving.set(id, file);
    this.#untold.add(file);
    if (this.#receivers.size > 0) this.#tell(file);
  }

  #tell(file: ArrivingFile): void {
    this.#untold.delete(file);
    const takers = [...this.#receivers].filter(({ maxBytes }) => file.bytes <= maxBytes);
    if (takers.length === 0) file.refuse('too-big');
    for (const { listener } of takers) guarded(() => listener(file));
  }

  #abandon(): void {
    this.#isOver = true;
    for (const file of this.#outgoing.values()) file.abandon();
    for (const file of this.#arriving.values()) file.abandon('closed');
  }

  #say(note: Note): void {
    if (this.#channel.isOpen) this.#channel.send(JSON.stringify(note));
  }
}
