import type { ErrorReply, Join, Outgoing, RoomId, RoomPeer, RoomSnapshot } from '@parley/protocol/plain';

import type { Json, LeaveReason, Room, RoomEvents } from './api.ts';
import { Emitter } from './emitter.ts';
import { ParleyError } from './error.ts';
import type { SealingMaker } from './sealing.ts';
import type { RemotePeer } from './signaling-peer.ts';
import { Wire } from './wire.ts';
import type { WirePorts } from './wire.ts';
import type { WireMemories } from './wire-memories.ts';

/** What a room needs of the connection it belongs to. */
export interface RoomHost<P extends RemotePeer> extends WirePorts<P> {
  /** What former seats of this life have left. */
  readonly memories: WireMemories;
  /** The room is not ours any more. */
  left(room: MeetingRoom<P>): void;
  /** The server is asked to let us go. */
  leaving(room: string, done: Promise<void>): void;
}

/** How a room was entered, to enter it again. */
export interface Entry {
  readonly join: Omit<Join, 'id'>;
  readonly sealing?: SealingMaker | undefined;
  readonly key?: string | undefined;
  readonly queue?: string | undefined;
}

/** A message about one room. */
export type RoomMessage = Extract<Outgoing, { room: string }> | (ErrorReply & { room: RoomId });

/** When an acknowledgement that did not get through is said again. */
const ACK_AGAIN_MS = 2_000;
/** By these a peer is gone for good; whatever else ended its seat, a call with it may live on. */
const FINAL: readonly string[] = ['left', 'kicked', 'replaced', 'closed', 'room-full'];

/** A room, and one {@link Wire} to each of the others in it. */
export class MeetingRoom<P extends RemotePeer> extends Emitter<RoomEvents<P>> implements Room<P> {
  readonly code: string;
  readonly queue: string | undefined;
  readonly peers = new Map<string, P>();
  capacity: number;
  isOpen = true;
  /** The server has forgotten us, and is asked to let us in again. */
  isReentering = false;
  readonly #entry: Entry;
  readonly #host: RoomHost<P>;
  readonly #wires = new Map<string, Wire<P>>();
  #meta: Json | undefined;
  #leaving: Promise<void> | undefined;

  constructor(host: RoomHost<P>, snapshot: RoomSnapshot, entry: Entry) {
    super();
    this.#host = host;
    this.#entry = entry;
    this.code = snapshot.room;
    this.queue = entry.queue;
    this.capacity = snapshot.capacity;
    for (const facts of snapshot.peers) this.#meet(facts);
  }

  get invitation(): string {
    const { key } = this.#entry;
    return key === undefined ? this.code : `${this.code}.${key}`;
  }

  /** The `join` that enters it again. */
  get join(): Entry['join'] {
    const meta = this.#meta;
    return { ...this.#entry.join, ...(meta !== undefined && { meta }), room: this.code as RoomId };
  }

  async update(meta: Json): Promise<void> {
    if (!this.isOpen) throw new ParleyError('closed');
    await this.#host.line.request({ type: 'update', room: this.code, meta } as never);
    this.#meta = meta; // and no sooner: what is refused would be refused with every later join, too
  }

  leave(): Promise<void> {
    for (const stray of this.#host.strays) if (stray.room.code === this.code) stray.letGo('closed');
    if (this.isOpen) {
      this.end('left');
      this.#leaving = this.#host.line.request({ type: 'leave', room: this.code } as never).then(
        () => undefined,
        () => undefined, // the seat is gone with the connection, then
      );
      this.#host.leaving(this.code, this.#leaving);
    }
    return this.#leaving ?? Promise.resolve();
  }

  // What the connection tells ---------------------------------------------------------------------------------------------

  hear(message: RoomMessage): void {
    switch (message.type) {
      case 'peer-joined':
        return this.#joined(message);
      case 'peer-left':
        return this.#gone(message.peer, message.reason);
      case 'peer-updated':
        return this.#wires.get(message.peer)?.updated(message.meta);
      case 'peer-away':
      case 'peer-back':
        return this.#wires.get(message.peer)?.away(message.type === 'peer-away');
      case 'signal':
        return this.#wires.get(message.from)?.receive(message);
      case 'error':
        return this.#wires.get(message.to ?? '')?.acknowledgeLater(message.retryAfterMs ?? ACK_AGAIN_MS);
      case 'left':
        return this.end(message.reason ?? 'left');
      default:
    }
  }

  /** Where we are in it again: what differs from what we knew is told. */
  resume(snapshot: RoomSnapshot): void {
    this.isReentering = false;
    this.capacity = snapshot.capacity;
    const isPresent = (id: string) => snapshot.peers.some(({ peer }) => peer === id);
    for (const id of this.#wires.keys()) if (!isPresent(id)) this.#gone(id, 'lost');
    for (const facts of snapshot.peers) this.#joined(facts);
    for (const wire of this.#wires.values()) wire.resumed();
  }

  /** The server has forgotten us: to the others we are somebody else from now on. */
  forgotten(): void {
    this.isReentering = true;
    for (const id of this.#wires.keys()) this.#gone(id, 'lost');
  }

  woke(): void {
    for (const wire of this.#wires.values()) wire.nudge('network');
  }

  /** We are not in it any more. */
  end(reason: LeaveReason): void {
    if (!this.isOpen) return;
    this.isOpen = false;
    this.#host.left(this);
    const ofPeers = reason === 'left' ? 'closed' : FINAL.includes(reason) ? reason : 'lost';
    for (const id of this.#wires.keys()) this.#gone(id, ofPeers);
    this.emit('left', reason);
  }

  protected override toldAtOnce(name: keyof RoomEvents<P>): Iterable<readonly unknown[]> {
    return name === 'peer' ? [...this.peers.values()].map((peer) => [peer]) : [];
  }

  #joined(facts: RoomPeer): void {
    const known = this.#wires.get(facts.peer);
    // Whoever was polite and is not any more has taken another seat meanwhile.
    const isSame = known?.peer.instance === facts.instance && known.peer.isPolite === facts.polite;
    if (!isSame) {
      this.#gone(facts.peer, 'replaced');
      return this.#meet(facts);
    }
    known.updated(facts.meta);
    known.away(facts.away ?? false);
  }

  #meet(facts: RoomPeer): void {
    if (!this.isOpen) return; // somebody who was told of another has left
    const memory = this.#host.memories.recall(this.code, facts.instance);
    const meetAgain = (): Wire<P> | undefined => this.#meetAgain(wire);
    const wire = new Wire(this.#host, this, facts, this.#entry, memory, meetAgain);
    this.#wires.set(facts.peer, wire);
    this.peers.set(facts.peer, wire.peer);
    this.emit('peer', wire.peer);
  }

  /** The same life, with a new link. */
  #meetAgain({ facts, peer }: Wire<P>): Wire<P> | undefined {
    const { id, meta, isAway: away } = peer;
    if (this.peers.get(id) !== peer) return undefined;
    this.#gone(id, 'replaced');
    this.#meet({ ...facts, meta, away } as RoomPeer);
    return this.#wires.get(id);
  }

  #gone(id: string, reason: LeaveReason): void {
    const wire = this.#wires.get(id);
    if (!wire) return;
    this.#wires.delete(id);
    this.peers.delete(id);
    wire.gone(reason);
    this.#host.memories.remember(this.code, wire.peer.instance, wire.memory);
    this.emit('peer-left', wire.peer, reason);
  }
}
