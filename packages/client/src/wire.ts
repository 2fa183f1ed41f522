import type { RelayedSignal, RoomPeer } from '@parley/protocol/plain';

import type { Json, SealContext, Signal, Unsubscribe } from './api.ts';
import { Emitter } from './emitter.ts';
import { ParleyError } from './error.ts';
import { Exchange, Stream } from './exchange.ts';
import type { ExchangePorts } from './exchange.ts';
import { MOST_WAITING } from './outbox.ts';
import type { PeerWire } from './ports.ts';
import { sealedIn } from './sealing.ts';
import type { Sealing, SealingMaker } from './sealing.ts';
import { RemotePeer } from './signaling-peer.ts';

/** What a wire works with. */
export interface WirePorts extends ExchangePorts {
  /** Our own life. */
  readonly instance: string;
  iceServers(): Promise<RTCIceServer[]>;
}

/** What a life in a room leaves behind, for when it takes a seat there again. */
export interface WireMemory {
  readonly stream: Stream;
  readonly sealing: Sealing | undefined;
}

type Nudge = 'peer-back' | 'resumed' | 'network';

/** The most that a frame has beside its payload. */
const ENVELOPE_BYTES = 640;
/** Of objects and arrays in each other, the frame and its payload included: PROTOCOL.md, "Validation". */
const MOST_DEPTH = 32;
/** What sealing adds: four characters for three bytes. */
const SEALED_GROWTH = 1.4;

/** One remote peer, for one life and one seat: what is said to it and by it, in order, sealed where that is wanted. */
export class Wire implements PeerWire {
  readonly peer: RemotePeer;
  readonly memory: WireMemory;
  readonly #ports: WirePorts;
  readonly #exchange: Exchange;
  readonly #events = new Emitter<{ nudge: [Nudge]; gone: [string] }>();
  readonly #room: string;
  readonly #instance: string;
  #listener: ((signal: Signal) => void | Promise<void>) | undefined;
  /** Each runs when the one before has ended: others may take their time, and the order holds. */
  #sealing: Promise<void> = Promise.resolve();
  #opening = this.#sealing;
  #linking = this.#sealing;
  #inSealing = 0;
  #goneBy: string | undefined;

  constructor(
    ports: WirePorts,
    room: string,
    facts: RoomPeer,
    memory: WireMemory | SealingMaker | undefined,
  ) {
    this.#ports = ports;
    this.#room = room;
    this.#instance = ports.instance;
    this.memory = typeof memory === 'object' ? memory : { stream: new Stream(), sealing: memory?.() };
    this.peer = new RemotePeer(facts, (signal) => this.send(signal));
    this.#exchange = new Exchange(this.memory.stream, ports, room, this.peer, (signal) => this.#hear(signal));
  }

  /** @throws ParleyError `too-big`, `bad-message`, `too-many` */
  send(signal: Signal): void {
    const said = JSON.parse(JSON.stringify(signal)) as Signal; // as it is now, whatever becomes of it later
    const { sealing, stream } = this.memory;
    const bytes = bytesOf(said);
    if (bytes * (sealing ? SEALED_GROWTH : 1) > this.#ports.maxMessageBytes) throw new ParleyError('too-big');
    // A node cannot say which frame it was that it could not read for this.
    if (depthOf(said) > MOST_DEPTH) throw new ParleyError('bad-message');
    if (stream.outbox.size + this.#inSealing >= MOST_WAITING) throw new ParleyError('too-many');
    if (sealing) this.#seal(said, sealing);
    else if (this.#goneBy === undefined) this.#exchange.say(said, said, bytes);
    else queueMicrotask(() => this.#undeliverable(said));
  }

  listen(listener: (signal: Signal) => void | Promise<void>): Unsubscribe {
    this.#listener = listener;
    return () => (this.#listener = undefined);
  }

  iceServers(): Promise<RTCIceServer[]> {
    return this.#ports.iceServers();
  }

  onNudge(listener: (why: Nudge) => void): Unsubscribe {
    return this.#events.on('nudge', listener);
  }

  onGone(listener: (reason: string) => void): Unsubscribe {
    return this.#events.on('gone', listener);
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
    this.peer.tell('updated', meta);
  }

  away(isAway: boolean): void {
    if (this.peer.isAway === isAway) return;
    this.peer.isAway = isAway;
    this.peer.tell(isAway ? 'away' : 'back');
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
    this.#events.emit('nudge', why);
  }

  gone(reason: string): void {
    this.#goneBy = reason;
    this.#exchange.end(reason);
    this.#events.emit('gone', reason);
    this.peer.tell('left', reason);
  }

  #seal(signal: Signal, { seal }: Sealing): void {
    this.#inSealing++;
    this.#sealing = this.#sealing
      .then(() => seal(signal as Json, this.#context(this.#instance, this.peer.instance)))
      .then(
        (sealed) => this.#saySealed(signal, { custom: { sealed } }),
        (error: unknown) => {
          this.#failed(error);
          this.#undeliverable(signal, 'seal');
        },
      )
      .finally(() => this.#inSealing--);
  }

  #saySealed(signal: Signal, body: Signal): void {
    const bytes = bytesOf(body);
    if (this.#goneBy !== undefined) this.#undeliverable(signal);
    else if (bytes > this.#ports.maxMessageBytes) this.#undeliverable(signal, 'too-big');
    else this.#exchange.say(signal, body, bytes);
  }

  #undeliverable(signal: Signal, reason = this.#goneBy ?? ''): void {
    this.peer.tell('undeliverable', { signal, reason });
  }

  #hear(signal: Signal): void {
    const { sealing } = this.memory;
    if (!sealing) return this.#handOn(signal);
    this.#opening = this.#opening
      .then(() => sealing.open(sealedIn(signal), this.#context(this.peer.instance, this.#instance)))
      .then((opened) => this.#handOn(opened as Signal))
      .catch((error: unknown) => this.#failed(error));
  }

  #handOn(signal: Signal): void {
    if ('custom' in signal) return this.peer.hear(signal.custom);
    this.#linking = this.#linking
      .then(() => this.#listener?.(signal))
      .catch((error: unknown) => this.#failed(error));
  }

  #context(from: string, to: string): SealContext {
    return { room: this.#room, from, to };
  }

  #failed(error: unknown): void {
    this.peer.tell('error', error as Error);
  }
}

/** Of the frame around this payload, at most. */
function bytesOf(body: Signal): number {
  return new TextEncoder().encode(JSON.stringify(body)).length + ENVELOPE_BYTES;
}

function depthOf(value: unknown): number {
  if (typeof value !== 'object' || !value) return 0;
  return 1 + Object.values(value).reduce<number>((most, inner) => Math.max(most, depthOf(inner)), 0);
}
