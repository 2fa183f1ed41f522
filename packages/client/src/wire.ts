import type { RelayedSignal, RoomPeer } from '@parley/protocol/plain';

import type { Json, SealContext, Signal, Unsubscribe } from './api.ts';
import { bytesOf } from './bytes.ts';
import { ParleyError } from './error.ts';
import { Exchange, Stream } from './exchange.ts';
import type { ExchangePorts } from './exchange.ts';
import { MOST_WAITING } from './outbox.ts';
import type { Negotiator, Nudge, PeerWire } from './ports.ts';
import type { Sealing, SealingMaker } from './sealing.ts';
import type { RemotePeer } from './signaling-peer.ts';

/** What a wire works with. */
export interface WirePorts<P extends RemotePeer> extends ExchangePorts {
  /** Whose seats are gone, and whose links live on. */
  readonly strays: Set<Wire<P>>;
  /** Our own life. */
  readonly instance: string;
  iceServers(): Promise<RTCIceServer[]>;
  makePeer(wire: PeerWire): P;
}

/** Where the two have their seats. */
export interface Seating {
  readonly code: string;
  readonly capacity: number;
}

/** What a life in a room leaves behind, for when it takes a seat there again. */
export interface WireMemory {
  readonly stream: Stream;
  readonly sealing: Sealing | undefined;
  /** The one that `sealing` seals with, where a room has its own. */
  readonly key: string | undefined;
}

/** The most that a frame has beside its payload. */
const ENVELOPE_BYTES = 640;
/** Of objects and arrays in each other, the frame and its payload included: PROTOCOL.md, "Validation". */
const MOST_DEPTH = 32;
/** What sealing adds: four characters for three bytes. */
const SEALED_GROWTH = 1.4;

/** One remote peer, for one life and one seat: what is said to it and by it, in order, sealed where that is wanted. */
export class Wire<P extends RemotePeer> implements PeerWire {
  readonly facts: RoomPeer;
  readonly peer: P;
  readonly memory: WireMemory;
  readonly room: Seating;
  readonly #ports: WirePorts<P>;
  readonly #exchange: Exchange;
  readonly #instance: string;
  readonly #meetAgain: () => Wire<P> | undefined;
  /** The same life, met again. */
  #next: Wire<P> | undefined;
  #negotiator: Negotiator | undefined;
  /** A negotiator may take its time, and the order holds. */
  #linking: Promise<void> = Promise.resolve();
  readonly #givenUp = new WeakMap<Signal, () => void>();
  #goneBy: string | undefined;

  constructor(
    ports: WirePorts<P>,
    room: Seating,
    facts: RoomPeer,
    { sealing, key }: { readonly sealing?: SealingMaker | undefined; readonly key?: string | undefined },
    memory: WireMemory | undefined,
    meetAgain: () => Wire<P> | undefined,
  ) {
    this.facts = facts;
    this.#ports = ports;
    this.room = room;
    this.#meetAgain = meetAgain;
    this.#instance = ports.instance;
    const { stream = new Stream() } = memory ?? {};
    this.memory = memory && memory.key === key ? memory : { stream, sealing: sealing?.(), key };
    this.peer = ports.makePeer(this);
    this.peer.on('undeliverable', ({ signal }) => this.#givenUp.get(signal)?.());
    this.#exchange = new Exchange(this.memory.stream, ports, room.code, this.peer, (signal) =>
      this.#hear(signal),
    );
  }

  /** @throws ParleyError `too-big`, `bad-message`, `too-many` */
  send(signal: Signal, givenUp?: () => void): void {
    const said = JSON.parse(JSON.stringify(signal)) as Signal; // as it is now, whatever becomes of it later
    const { sealing, stream } = this.memory;
    const bytes = frameBytesOf(said);
    if (bytes * (sealing ? SEALED_GROWTH : 1) > this.#ports.maxMessageBytes) throw new ParleyError('too-big');
    // A node cannot say which frame it was that it could not read for this.
    if (depthOf(said) > MOST_DEPTH) throw new ParleyError('bad-message');
    if (stream.outbox.size + (sealing?.size ?? 0) >= MOST_WAITING) throw new ParleyError('too-many');
    if (givenUp) this.#givenUp.set(said, givenUp);
    if (!sealing) return this.#say(said, said, bytes);
    sealing
      .seal(said, this.#context(this.#instance, this.peer.instance))
      .then((sealed) => this.#say(said, sealed))
      .catch((error: unknown) => {
        this.#failed(error);
        this.#undeliverable(said, 'seal');
      });
  }

  iceServers(): Promise<RTCIceServer[]> {
    return this.#ports.iceServers();
  }

  attach(negotiator: Negotiator): Unsubscribe {
    this.#negotiator = negotiator;
    return () => {
      this.#negotiator = undefined;
      this.#ports.strays.delete(this);
    };
  }

  linked(): void {
    const { code, capacity } = this.room;
    for (const stray of this.#ports.strays) {
      // In a room of two nobody else can it be, though both of us may have new names.
      const isSame = stray.room.code === code && (stray.peer.id === this.peer.id || capacity === 2);
      if (isSame && stray !== this) stray.letGo('replaced');
    }
  }

  startOver(offer: Signal): void {
    this.#next ??= this.#meetAgain();
    if (this.#next) this.#next.#handOn(offer);
  }

  // What the room tells -------------------------------------------------------------------------------------------------

  receive(message: RelayedSignal): void {
    // Another life of the same peer is told about before it speaks; this is a former one.
    if (message.fromInstance === this.peer.instance) this.#exchange.receive(message);
  }

  /** An acknowledgement did not get through. */
  acknowledgeLater(afterMs: number): void {
    this.#exchange.acknowledge(afterMs);
  }

  updated(meta: Json | undefined): void {
    if (JSON.stringify(this.peer.meta) === JSON.stringify(meta)) return;
    this.peer.meta = meta;
    this.peer.emit('updated', meta);
  }

  away(isAway: boolean): void {
    if (this.peer.isAway === isAway) return;
    this.peer.isAway = isAway;
    this.peer.emit(isAway ? 'away' : 'back');
    if (isAway) return;
    this.#exchange.resumeAfterMail();
    this.nudge('peer-back');
  }

  /** Our own session is a new one. */
  resumed(): void {
    this.#exchange.resume();
    this.nudge('resumed');
  }

  nudge(why: Nudge): void {
    this.#negotiator?.nudge(why);
  }

  gone(reason: string): void {
    this.#goneBy = reason;
    this.#exchange.end(reason);
    this.letGo(reason);
    if (this.#negotiator) this.#ports.strays.add(this);
    this.peer.emit('left', reason);
  }

  letGo(reason: string): void {
    this.#negotiator?.letGo(reason);
  }

  #say(signal: Signal, body: Signal, bytes = frameBytesOf(body)): void {
    if (this.#goneBy === undefined) this.#exchange.say(signal, body, bytes);
    else queueMicrotask(() => this.#undeliverable(signal));
  }

  #undeliverable(signal: Signal, reason = this.#goneBy ?? ''): void {
    this.peer.emit('undeliverable', { signal, reason });
  }

  #hear(signal: Signal): void {
    const { sealing } = this.memory;
    if (!sealing) return this.#handOn(signal);
    sealing
      .open(signal, this.#context(this.peer.instance, this.#instance))
      .then((opened) => this.#handOn(opened))
      .catch((error: unknown) => this.#failed(error));
  }

  #handOn(signal: Signal): void {
    if ('custom' in signal) return (this.#next ?? this).peer.hear(signal.custom);
    this.#linking = this.#linking
      .then(() => (this.#next ? this.#next.#handOn(signal) : this.#negotiator?.receive(signal)))
      .catch((error: unknown) => this.#failed(error));
  }

  #context(from: string, to: string): SealContext {
    return { room: this.room.code, from, to };
  }

  #failed(error: unknown): void {
    this.peer.emit('error', error as Error);
  }
}

/** Of the frame around this payload, at most. */
function frameBytesOf(body: Signal): number {
  return bytesOf(body) + ENVELOPE_BYTES;
}

function depthOf(value: unknown): number {
  if (typeof value !== 'object' || !value) return 0;
  return 1 + Object.values(value).reduce<number>((most, inner) => Math.max(most, depthOf(inner)), 0);
}
