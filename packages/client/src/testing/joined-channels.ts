import type { Channel, ChannelEvents, Peer } from '../api.ts';
import { Emitter } from '../emitter.ts';
import { ParleyError } from '../error.ts';

/** One message on its way, as the other end will get it. */
export type Message = ChannelEvents['message'][0];

/** One end of two channels that are joined in memory: a message leaves and arrives later, one after the other. */
export class JoinedChannel implements Channel {
  readonly label = 'parley.files';
  isOpen = true;
  readonly ready = Promise.resolve();
  bufferedBytes = 0;
  /** Looks at what leaves here, and may say something else instead; `undefined` loses it. */
  tap: (message: Message) => Message | undefined = (message) => message;
  /** The most that was ever waiting to leave. */
  mostBufferedBytes = 0;
  other: JoinedChannel | undefined;
  readonly #emitter = new Emitter<ChannelEvents>();
  readonly #drains = new Set<{ mostBytes: number; resolve: () => void; reject: (error: Error) => void }>();
  #line: Promise<void> = Promise.resolve();

  on: Channel['on'] = (name, listener) => this.#emitter.on(name, listener);

  send(message: Parameters<Channel['send']>[0]): void {
    if (!this.isOpen) throw new ParleyError('not-open');
    const copy = copyOf(message);
    const bytes = typeof copy === 'string' ? copy.length : copy.byteLength;
    this.bufferedBytes += bytes;
    this.mostBufferedBytes = Math.max(this.mostBufferedBytes, this.bufferedBytes);
    this.#line = this.#pass(this.#line, copy, bytes);
  }

  async #pass(earlier: Promise<void>, message: Message, bytes: number): Promise<void> {
    await earlier;
    await new Promise((resolve) => setImmediate(resolve));
    this.bufferedBytes -= bytes;
    for (const drain of this.#drains) if (this.bufferedBytes <= drain.mostBytes) drain.resolve();
    const arriving = this.tap(message);
    if (this.isOpen && arriving !== undefined) this.other?.arrive(arriving);
  }

  /** Gets something from the other end, be it true or made up by a test. */
  arrive(message: Message): void {
    if (this.isOpen) this.#emitter.emit('message', message);
  }

  drained(mostBytes = 0): Promise<void> {
    if (!this.isOpen) return Promise.reject(new ParleyError('closed'));
    if (this.bufferedBytes <= mostBytes) return Promise.resolve();
    return new Promise((resolve, reject) => this.#drains.add({ mostBytes, resolve, reject }));
  }

  close(): void {
    if (!this.isOpen) return;
    this.isOpen = false;
    for (const { reject } of this.#drains) reject(new ParleyError('closed'));
    this.#emitter.emit('closed');
    this.other?.close();
  }

  /** A peer that has this channel and nothing else. */
  get peer(): Peer {
    return { channel: () => this } as Partial<Peer> as Peer;
  }
}

/** The two ends. */
export function joinedChannels(): [JoinedChannel, JoinedChannel] {
  const [one, other] = [new JoinedChannel(), new JoinedChannel()];
  one.other = other;
  other.other = one;
  return [one, other];
}

function copyOf(message: Parameters<Channel['send']>[0]): Message {
  if (typeof message === 'string') return message;
  if (message instanceof ArrayBuffer) return message.slice(0);
  return message.buffer.slice(message.byteOffset, message.byteOffset + message.byteLength);
}
