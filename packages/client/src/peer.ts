import type { Channel, LinkState, Peer, PeerEvents } from './api.ts';
import { Channels } from './channels.ts';
import { Link, type LinkPlatform } from './link.ts';
import type { PeerWire } from './ports.ts';
import { RemotePeer } from './signaling-peer.ts';
import { Streams } from './streams.ts';

/** Somebody else in a room, and everything direct, over its link. */
export class LinkedPeer extends RemotePeer implements Peer {
  readonly #link: Link;
  readonly #channels: Channels;
  readonly #streams: Streams;

  constructor(wire: PeerWire, platform: LinkPlatform) {
    super(wire);
    this.#link = new Link(wire, platform, {
      channel: (channel) => this.#channels.arrived(channel),
      track: (event) => this.#streams.arrived(event),
      changed: (state) => this.#changed(state),
      failed: (error) => this.emit('error', error),
    });
    this.#channels = new Channels(this.#link, this);
    this.#streams = new Streams(this.#link, this);
  }

  get pc(): RTCPeerConnection {
    return this.#link.connection;
  }

  get link(): LinkState {
    return this.#link.state;
  }

  get streams(): readonly MediaStream[] {
    return this.#streams.received;
  }

  channel(label: string, options?: RTCDataChannelInit): Channel {
    return this.#channels.ask(label, options);
  }

  addStream(stream: MediaStream): void {
    this.#streams.add(stream);
  }

  removeStream(stream: MediaStream): void {
    this.#streams.remove(stream);
  }

  close(): void {
    this.#link.close();
  }

  protected override toldAtOnce(name: keyof PeerEvents): Iterable<readonly unknown[]> {
    return name === 'stream' ? this.streams.map((stream) => [stream]) : super.toldAtOnce(name);
  }

  #changed(state: LinkState): void {
    this.emit('link', state);
    if (state !== 'closed') return;
    this.#channels.close();
    this.#streams.close();
  }
}
