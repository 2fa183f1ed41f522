import type { Channel, PeerEvents } from './api.ts';
import { SharedChannel } from './channel.ts';
import type { Emitter } from './emitter.ts';
import type { Link } from './link.ts';

/** Labels that are ours: a program is not told of them, but may ask for them. */
const RESERVED = 'parley.';
/** How many there may be that nobody listens to, when the other end makes one more. */
const MOST_UNHEARD = 64;

/** The channels of one link, by label. */
export class Channels {
  readonly #link: Link;
  readonly #peer: Emitter<PeerEvents>;
  readonly #channels = new Map<string, SharedChannel>();
  /** Closed here, and not yet there. */
  readonly #closing = new Map<string, SharedChannel>();

  /** @param peer tells the program of what the other end asked for and nobody here */
  constructor(link: Link, peer: Emitter<PeerEvents>) {
    this.#link = link;
    this.#peer = peer;
  }

  /** The channel of that label: the one that is there, or a new one. */
  ask(label: string, options?: RTCDataChannelInit): Channel {
    const known = this.#channels.get(label);
    if (known) return known;
    const channel = this.#add(label);
    if (this.#link.isClosed) channel.close();
    else void this.#make(channel, options);
    return channel;
  }

  /** The other end made one. */
  arrived(part: RTCDataChannel): void {
    // One that comes while we close ours was asked for when the other end had not heard of that: it is closed, too.
    const known = this.#closing.get(part.label) ?? this.#channels.get(part.label);
    const unheard = [...this.#channels.values()].filter(({ isUnheard }) => isUnheard);
    if (!known && unheard.length >= MOST_UNHEARD) return part.close();
    const channel = known ?? this.#add(part.label);
    channel.join(part);
    if (!known && !part.label.startsWith(RESERVED)) this.#peer.emit('channel', channel);
  }

  close(): void {
    for (const channel of this.#channels.values()) channel.close();
  }

  #add(label: string): SharedChannel {
    const channel = new SharedChannel(label, this.#link.timers);
    this.#channels.set(label, channel);
    channel.on('closed', () => {
      this.#channels.delete(label);
      this.#closing.set(label, channel);
    });
    void channel.gone.then(() => this.#closing.delete(label));
    return channel;
  }

  async #make(channel: SharedChannel, options?: RTCDataChannelInit): Promise<void> {
    await this.#closing.get(channel.label)?.gone;
    await this.#link.use((connection) => {
      // Meanwhile the other end may have made it, or this one thought better of it.
      if (channel.isMade || channel.isClosed) return;
      try {
        channel.join(connection.createDataChannel(channel.label, options));
      } catch (error) {
        channel.close(); // options that nobody can fulfil
        throw error;
      }
    });
  }
}
