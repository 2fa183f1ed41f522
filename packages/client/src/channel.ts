import type { Channel, ChannelEvents } from './api.ts';
import { Emitter } from './emitter.ts';
import { ParleyError } from './error.ts';
import type { Cancel, Timers } from './timers.ts';

/** How often a platform is asked that does not say when its buffer is low (wrtc). */
const ASK_MS = 20;
/** How much waits for the first listener: more of it, and the channel is closed. */
const MOST_EARLY = 1_024;
const MOST_EARLY_BYTES = 1024 * 1024;

interface Waiter {
  readonly mostBytes: number;
  resolve(): void;
  reject(error: Error): void;
}

/**
 * All RTCDataChannels of one label on one link. When both ends ask for it at once there are two of them; then each end sends
 * on the one that opened for it first, and on no other, so that what it says keeps its order, and it hears both.
 */
export class SharedChannel extends Emitter<ChannelEvents> implements Channel {
  readonly label: string;
  readonly ready: Promise<void>;
  isClosed = false;
  /** Resolves when it is closed and nothing of it is left on the link: only then is its label free for another one. */
  readonly gone: Promise<void>;
  readonly #timers: Timers;
  readonly #parts = new Set<RTCDataChannel>();
  /** In the order in which they opened: the first one is spoken on. */
  readonly #open = new Set<RTCDataChannel>();
  readonly #waiters = new Set<Waiter>();
  /** Until somebody listens. */
  #early: [string | ArrayBuffer][] | undefined = [];
  #earlySize = 0;
  #asking: Cancel | undefined;
  #settle!: () => void;
  #vanish!: () => void;

  constructor(label: string, timers: Timers) {
    super();
    this.label = label;
    this.#timers = timers;
    this.ready = new Promise((resolve) => (this.#settle = resolve));
    this.gone = new Promise((resolve) => (this.#vanish = resolve));
  }

  get isOpen(): boolean {
    return this.#spokenOn?.readyState === 'open';
  }

  /** Whether nobody has listened yet. */
  get isUnheard(): boolean {
    return this.#early !== undefined;
  }

  /** Whether there is an RTCDataChannel, opened or not. */
  get isMade(): boolean {
    return this.#parts.size > 0;
  }

  get bufferedBytes(): number {
    return this.#spokenOn?.bufferedAmount ?? 0;
  }

  send(message: string | ArrayBuffer | ArrayBufferView<ArrayBuffer>): void {
    const channel = this.#spokenOn;
    if (channel?.readyState !== 'open')
      throw new ParleyError('not-open', `channel "${this.label}" is not open`);
    if (typeof message === 'string') channel.send(message);
    // node-datachannel would take the elements of other views for bytes.
    else if (ArrayBuffer.isView(message))
      channel.send(new Uint8Array(message.buffer, message.byteOffset, message.byteLength));
    else channel.send(message);
  }

  drained(mostBytes = 0): Promise<void> {
    if (this.isClosed) return Promise.reject(this.#closed());
    return new Promise((resolve, reject) => {
      this.#waiters.add({ mostBytes, resolve, reject });
      this.#look();
    });
  }

  close(): void {
    for (const part of this.#parts) part.close();
    this.#end();
  }

  /** One more RTCDataChannel of this label. */
  join(part: RTCDataChannel): void {
    this.#parts.add(part);
    part.binaryType = 'arraybuffer';
    part.addEventListener('open', () => this.#opened(part));
    part.addEventListener('message', ({ data }: MessageEvent<string | ArrayBuffer>) => this.#heard(data));
    part.addEventListener('bufferedamountlow', () => this.#look());
    part.addEventListener('close', () => this.#lost(part));
    if (this.isClosed) part.close();
    else if (part.readyState === 'open') this.#opened(part);
  }

  protected override toldAtOnce(name: keyof ChannelEvents): Iterable<readonly unknown[]> {
    if (name === 'closed') return this.isClosed ? [[]] : [];
    const early = this.#early ?? [];
    this.#early = undefined;
    return early;
  }

  get #spokenOn(): RTCDataChannel | undefined {
    return this.#open.values().next().value;
  }

  #opened(part: RTCDataChannel): void {
    if (this.isClosed) return;
    this.#open.add(part);
    this.#settle();
  }

  #heard(message: string | ArrayBuffer): void {
    if (this.isClosed) return;
    if (!this.#early) return void this.emit('message', message);
    this.#early.push([message]);
    this.#earlySize += typeof message === 'string' ? message.length : message.byteLength;
    if (this.#early.length <= MOST_EARLY && this.#earlySize <= MOST_EARLY_BYTES) return;
    this.#early = [];
    this.close();
  }

  #lost(part: RTCDataChannel): void {
    this.#parts.delete(part);
    this.#open.delete(part);
    if (this.#parts.size === 0) this.#end();
    else this.#look();
  }

  #end(): void {
    if (this.#parts.size === 0) this.#vanish();
    if (this.isClosed) return;
    this.isClosed = true;
    this.#open.clear();
    this.#asking?.();
    for (const waiter of this.#waiters) waiter.reject(this.#closed());
    this.#waiters.clear();
    this.emit('closed');
  }

  /** Lets those go on whose measure is reached, and has itself told of the next one. */
  #look(): void {
    this.#asking?.();
    const channel = this.#spokenOn;
    const bytes = this.bufferedBytes;
    for (const waiter of this.#waiters) {
      if (bytes > waiter.mostBytes) continue;
      this.#waiters.delete(waiter);
      waiter.resolve();
    }
    if (!channel || this.#waiters.size === 0) return;
    if ('onbufferedamountlow' in channel) {
      channel.bufferedAmountLowThreshold = Math.max(...[...this.#waiters].map(({ mostBytes }) => mostBytes));
    } else this.#asking = this.#timers.after(ASK_MS, () => this.#look());
  }

  #closed(): ParleyError {
    return new ParleyError('closed', `channel "${this.label}" is closed`);
  }
}
