import type {
  Channel,
  Json,
  LinkState,
  Peer,
  PeerEvents,
  SignalingPeer,
  SignalingPeerEvents,
  Unsubscribe,
} from './api.ts';
import { Channels } from './channels.ts';
import { Emitter, guarded } from './emitter.ts';
import { Link, type LinkPlatform } from './link.ts';
import type { PeerWire } from './ports.ts';
import { Streams } from './streams.ts';

/** What a peer tells beyond what its signalling tells; `error` comes from both. */
type OwnEvents = Pick<PeerEvents, 'stream' | 'stream-removed' | 'channel' | 'link' | 'error'>;

/** Somebody else in a room: who it is and what it signals comes over the wire, and everything direct over its link. */
export class LinkedPeer implements Peer {
  readonly #peer: SignalingPeer;
  readonly #events = new Emitter<OwnEvents>();
  readonly #link: Link;
  readonly #channels: Channels;
  readonly #streams: Streams;

  constructor(wire: PeerWire, platform: LinkPlatform) {
    this.#peer = wire.peer;
    this.#link = new Link(wire, platform, {
      channel: (channel) => this.#channels.arrived(channel),
      track: (event) => this.#streams.arrived(event),
      changed: (state) => this.#changed(state),
      failed: (error) => this.#events.emit('error', error),
    });
    this.#channels = new Channels(this.#link, (channel) => this.#events.emit('channel', channel));
    this.#streams = new Streams(this.#link, {
      added: (stream) => this.#events.emit('stream', stream),
      removed: (stream) => this.#events.emit('stream-removed', stream),
    });
  }

  get id(): string {
    return this.#peer.id;
  }

  get instance(): string {
    return this.#peer.instance;
  }

  get user(): string | undefined {
    return this.#peer.user;
  }

  get meta(): Json | undefined {
    return this.#peer.meta;
  }

  get isPolite(): boolean {
    return this.#peer.isPolite;
  }

  get isAway(): boolean {
    return this.#peer.isAway;
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

  on<Name extends keyof PeerEvents>(name: Name, listener: (...args: PeerEvents[Name]) => void): Unsubscribe {
    if (!isSignalled(name)) return this.#onOwn(name, listener as never);
    const unsubscribe = this.#peer.on(name, listener as never);
    if (name !== 'error') return unsubscribe;
    const unsubscribeOwn = this.#events.on('error', listener as never);
    return () => {
      unsubscribe();
      unsubscribeOwn();
    };
  }

  signal(message: Json): void {
    this.#peer.signal(message);
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

  #onOwn<Name extends keyof OwnEvents>(
    name: Name,
    listener: (...args: OwnEvents[Name]) => void,
  ): Unsubscribe {
    const unsubscribe = this.#events.on(name, listener);
    if (name === 'stream') {
      for (const stream of this.streams) guarded(() => (listener as (stream: MediaStream) => void)(stream));
    }
    return unsubscribe;
  }

  #changed(state: LinkState): void {
    this.#events.emit('link', state);
    if (state !== 'closed') return;
    this.#channels.close();
    this.#streams.close();
  }
}

/** The events that come over the wire. */
const SIGNALLED = {
  signal: true,
  updated: true,
  away: true,
  back: true,
  left: true,
  undeliverable: true,
  error: true,
} satisfies Record<keyof SignalingPeerEvents, true>;

function isSignalled(name: keyof PeerEvents): name is keyof SignalingPeerEvents {
  return Object.hasOwn(SIGNALLED, name);
}
