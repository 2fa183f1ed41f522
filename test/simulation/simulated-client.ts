import type { Socket, SocketListener } from '@parley/core';
import { requestOf } from '@parley/core/testing';
import type { Outgoing, RoomId, RoomPeer } from '@parley/protocol';

import type { SimulatedNode } from './simulated-node.ts';
import type { World } from './world.ts';

type Message<Type extends Outgoing['type']> = Extract<Outgoing, { type: Type }>;
type Request = { readonly type: string; readonly [member: string]: unknown };

interface SentSignal {
  readonly to: string;
  readonly n: number;
  /** When it has to be answered. Behind a join of that room its time begins with the answer to the join. */
  readonly dueMs: number;
}

/**
 * A client that believes what it is told, and accuses the node of whatever no client should ever see: an event about a room
 * it is not in, somebody joining twice, a signal of a stranger, a second answer, a signal twice or out of order.
 */
export class SimulatedClient {
  readonly node: SimulatedNode;
  /** The others in each room it is in. */
  readonly rooms = new Map<RoomId, Map<string, RoomPeer>>();
  readonly capacities = new Map<RoomId, number>();
  /** Queues it waits in, as `size/queue`. */
  readonly waiting = new Set<string>();
  /** Rooms that a match has put it into. */
  readonly matches: { readonly room: RoomId; readonly size: number }[] = [];
  peer = '';
  isOpen = false;
  hasEnded = false;
  readonly #world: World;
  readonly #asked = new Map<number, Request & { atMs: number }>();
  readonly #lastHeard = new Map<string, number>();
  readonly #signals = new Map<number, SentSignal>();
  #listener: SocketListener | undefined;
  #ids = 0;

  constructor(world: World, node: SimulatedNode) {
    this.#world = world;
    this.node = node;
    void this.#connect();
  }

  ask(request: Request): void {
    const id = ++this.#ids;
    this.#asked.set(id, { ...request, atMs: this.#world.clock.nowMs() });
    const text = JSON.stringify({ ...request, id });
    this.#listener?.message(text, text.length);
  }

  signal(room: RoomId, to: string): void {
    const n = this.#world.nextSignal();
    const id = this.#ids + 1;
    const isBehindJoin = [...this.#asked.values()].some(
      (asked) => asked.type === 'join' && asked['room'] === room,
    );
    this.#signals.set(id, { to, n, dueMs: this.#world.clock.nowMs() + (isBehindJoin ? 3_500 : 2_100) });
    this.ask({ type: 'signal', room, to, custom: { n } });
  }

  /** The connection breaks; nobody says goodbye. */
  drop(code = 1006): void {
    if (this.hasEnded) return;
    this.hasEnded = true;
    this.isOpen = false;
    this.#listener?.closed(code);
  }

  /** Requests that have had no answer for longer than any answer may take. */
  overdue(): readonly Request[] {
    if (this.hasEnded || !this.isOpen) return [];
    return [...this.#asked.values()].filter(({ atMs }) => this.#world.clock.nowMs() - atMs > 5_000);
  }

  async #connect(): Promise<void> {
    const admission = await this.node.node.upgrade(requestOf());
    if (!admission.ok) this.hasEnded = true;
    else if (this.hasEnded) admission.abandoned();
    else this.#listener = admission.open(this.#socket());
  }

  #socket(): Socket {
    return {
      send: (text) => {
        if (!this.hasEnded && !this.node.isDead) this.#hear(JSON.parse(String(text)) as Outgoing);
        return 'sent';
      },
      ping: () => this.#listener?.alive(),
      end: () => {
        if (this.hasEnded) return;
        this.hasEnded = true;
        this.isOpen = false;
        this.#listener?.closed(1006);
      },
      cork: (writes) => writes(),
    };
  }

  #hear(message: Outgoing): void {
    if ('re' in message && typeof message.re === 'number') this.#answered(message.re, message);
    switch (message.type) {
      case 'welcome':
        this.peer = message.peer;
        this.isOpen = true;
        return;
      case 'joined':
        return this.#joined(message);
      case 'left':
        return void this.rooms.delete(message.room);
      case 'peer-joined':
      case 'peer-left':
      case 'peer-updated':
        return this.#happened(message);
      case 'signal':
        return this.#signalled(message);
      case 'waiting':
        return void this.waiting.add(`${message.size}/${message.queue}`);
      case 'unmatched':
        return void this.waiting.delete(`${message.size}/${message.queue}`);
      case 'error':
        return this.#failed(message);
      default:
    }
  }

  #answered(re: number, message: Outgoing): void {
    const request = this.#asked.get(re);
    if (!request) return this.#accuse(`a second answer to ${re}: ${JSON.stringify(message)}`);
    this.#asked.delete(re);
    const signal = this.#signals.get(re);
    if (!signal) return;
    this.#signals.delete(re);
    this.#world.settled(signal.n, message.type === 'error' ? message.code : message.type);
    if (this.#world.clock.nowMs() > signal.dueMs) this.#accuse('a signal was answered too late');
  }

  #joined(message: Message<'joined'>): void {
    this.rooms.set(message.room, new Map(message.peers.map((peer) => [peer.peer, peer])));
    this.capacities.set(message.room, message.capacity);
    if (message.queue === undefined || message.size === undefined) return;
    if (!this.waiting.delete(`${message.size}/${message.queue}`)) this.#accuse('matched without waiting');
    this.matches.push({ room: message.room, size: message.size });
  }

  #happened(message: Message<'peer-joined' | 'peer-left' | 'peer-updated'>): void {
    const room = this.rooms.get(message.room);
    if (!room) return this.#accuse(`${message.type} of a room it is not in`);
    const isThere = room.has(message.peer);
    if (message.type === 'peer-joined') {
      if (isThere) this.#accuse('somebody joined twice');
      room.set(message.peer, message);
    } else if (!isThere) {
      this.#accuse(`${message.type} of somebody who is not there`);
    } else if (message.type === 'peer-left') {
      room.delete(message.peer);
    }
  }

  #signalled(message: Message<'signal'>): void {
    const { n } = message.custom as { n: number };
    if (!this.rooms.get(message.room)?.has(message.from))
      this.#accuse('a signal of somebody who has not joined');
    const path = `${message.room} ${message.from} ${message.fromInstance}`;
    if (n <= (this.#lastHeard.get(path) ?? 0)) this.#accuse('a signal twice, or out of order');
    this.#lastHeard.set(path, n);
    this.#world.arrived(n);
  }

  #failed(message: Message<'error'>): void {
    if (message.code === 'internal' || message.code === 'bad-message')
      this.#accuse(`answered ${message.code}: ${message.message}`);
    const gaveUp = message.re === undefined && message.queue !== undefined;
    if (gaveUp) this.waiting.delete(`${message.size}/${message.queue}`);
  }

  #accuse(of: string): void {
    this.#world.violations.push(
      `${this.#world.clock.nowMs()} ${this.node.id} ${this.peer.slice(0, 6)}: ${of}`,
    );
  }
}
