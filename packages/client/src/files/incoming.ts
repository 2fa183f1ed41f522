import { guarded } from '../emitter.ts';
import { ParleyError } from '../error.ts';
import type { IncomingFile, ReceivedFile, TransferOptions } from '../files.ts';
import { onAbort } from './aborting.ts';
import { Arrival } from './arrival.ts';
import type { Note, RefuseCode, WithdrawCode } from './frames.ts';

/** What a file says to the rest. */
export interface ArrivingFileEvents {
  say(note: Extract<Note, { type: 'accept' | 'received' | 'refuse' }>): void;
  /** It has arrived or never will: nothing more is to be heard about it. */
  over(): void;
}

/** A file on its way in. Nothing that the sender says is trusted: not its size, not its hash, not that it comes at all. */
export class ArrivingFile implements IncomingFile {
  readonly name: string;
  readonly type: string;
  readonly bytes: number;
  readonly #id: number;
  readonly #events: ArrivingFileEvents;
  readonly #withdrawn = new AbortController();
  #isOver = false;
  #accepted: Promise<ReceivedFile> | undefined;
  #arrival: Arrival | undefined;
  #resolve: (file: ReceivedFile) => void = () => undefined;
  #onProgress: TransferOptions['onProgress'];
  #forgetSignal: () => void = () => undefined;

  constructor({ id, name, media, bytes }: Extract<Note, { type: 'offer' }>, events: ArrivingFileEvents) {
    this.name = name;
    this.type = media;
    this.bytes = bytes;
    this.#id = id;
    this.#events = events;
  }

  get withdrawn(): AbortSignal {
    return this.#withdrawn.signal;
  }

  accept(options: TransferOptions = {}): Promise<ReceivedFile> {
    return (this.#accepted ??= new Promise((resolve, reject) => {
      this.#resolve = resolve;
      onAbort(this.withdrawn, () => reject(this.withdrawn.reason));
      this.#begin(options);
    }));
  }

  reject(): void {
    this.refuse('rejected');
  }

  /** Ends it, and tells the sender why. */
  refuse(code: RefuseCode, reason: unknown = new ParleyError(code)): void {
    if (this.#end(reason)) this.#events.say({ type: 'refuse', id: this.#id, code });
  }

  /** Ends it because the sender, or the channel, has. */
  abandon(code: WithdrawCode | 'closed'): void {
    this.#end(new ParleyError(code));
  }

  /** The next bytes. */
  add(bytes: Uint8Array): void {
    const arrival = this.#arrival;
    if (!arrival?.add(bytes)) return this.refuse('bad-transfer');
    guarded(() => this.#onProgress?.(arrival.arrivedBytes));
  }

  /** The sender has said all of it, and what its hash is. */
  complete(sha256: string): void {
    if (!this.#arrival?.isWhole) return this.refuse('bad-transfer');
    const file = this.#arrival.end();
    if (file.sha256 !== sha256) return this.refuse('hash-mismatch');
    this.#events.say({ type: 'received', id: this.#id });
    this.#resolve(file);
    this.#leave();
  }

  #begin({ signal, onProgress }: TransferOptions): void {
    this.#forgetSignal = onAbort(signal, () => this.refuse('rejected', signal?.reason));
    if (this.#isOver) return;
    this.#onProgress = onProgress;
    this.#arrival = new Arrival(this.bytes);
    this.#events.say({ type: 'accept', id: this.#id });
  }

  /** False if it was over before. */
  #end(reason: unknown): boolean {
    if (this.#isOver) return false;
    this.#leave();
    this.#withdrawn.abort(reason);
    return true;
  }

  #leave(): void {
    this.#isOver = true;
    this.#arrival = undefined;
    this.#forgetSignal();
    this.#events.over();
  }
}
