import type { Socket, SocketListener } from '@parley/core';
import { requestOf } from '@parley/core/testing';
import type { Outgoing, RoomId, RoomPeer } from '@parley/protocol';

import type { SentSignal } from './ledger.ts';
import { spoilt } from './sabotage.ts';
import type { SimulatedNode } from './simulated-node.ts';
import type { World } from './world.ts';

/** What a node says. */
export type Message<Type extends Outgoing['type']> = Extract<Outgoing, { type: Type }>;
/** What a client says, but for the `id`. */
export type Request = { readonly type: string; readonly [member: string]: unknown };

/** What the client that opened it wants to hear of a session. */
export interface SessionOwner {
  welcomed(session: SimulatedSession, welcome: Message<'welcome'>): void;
  goingAway(session: SimulatedSession, message: Message<'going-away'>): void;
  /** It was refused, or closed by its node or its network. */
  closed(session: SimulatedSession, code: number): void;
}

/** With what a session begins. */
export interface Opening {
  readonly token?: string | undefined;
  readonly as?: 'resume' | 'restart' | undefined;
  readonly proof?: string | undefined;
  /** Nothing that the node says reaches the client. */
  readonly isDeaf?: boolean;
}

/**
 * One socket, seen from the client. It believes what it is told, and accuses the node of whatever no client should ever see: an
 * event about a room it is not in, somebody joining twice, being away twice, a signal of a stranger, a second answer.
 */
export class SimulatedSession {
  readonly node: SimulatedNode;
  readonly opening: Opening;
  readonly openedAtMs: number;
  /** The later it was opened, the higher. */
  readonly number: number;
  /** The others in each room it is in. */
  readonly rooms = new Map<RoomId, Map<string, RoomPeer>>();
  /** When it was told that it is in each of them. */
  readonly joinedAtMs = new Map<RoomId, number>();
  readonly capacities = new Map<RoomId, number>();
  /** Queues it waits in, as `size/queue`. */
  readonly waiting = new Set<string>();
  /** Rooms that a match has put it into. */
  readonly matches: { readonly room: RoomId; readonly size: number }[] = [];
  peer = '';
  instance = '';
  state: 'opening' | 'welcome' | 'ended' = 'opening';
  readonly #world: World;
  readonly #owner: SessionOwner;
  readonly #asked = new Map<number, Request & { readonly atMs: number }>();
  readonly #signals = new Map<number, SentSignal>();
  #listener: SocketListener | undefined;
  /** The socket is gone at the node's end, too. */
  #isClosed = false;
  /** The client is gone, and the node has yet to find out. */
  #isSilent: boolean;
  #ids = 0;

  constructor(world: World, node: SimulatedNode, owner: SessionOwner, opening: Opening) {
    this.#world = world;
    this.#owner = owner;
    this.node = node;
    this.opening = opening;
    this.openedAtMs = world.clock.nowMs();
    this.number = world.nextName();
    this.#isSilent = opening.isDeaf ?? false;
    node.process.hear(() => void this.#connect());
  }

  get isOpen(): boolean {
    return this.state === 'welcome';
  }

  ask(request: Request): number {
    const id = ++this.#ids;
    this.#asked.set(id, { ...request, atMs: this.#world.clock.nowMs() });
    const text = JSON.stringify({ ...request, id });
    this.#say(() => this.#listener?.message(text, text.length));
    return id;
  }

  /** Whether it has asked for this and has no answer. */
  awaits(type: string, room: RoomId): boolean {
    return [...this.#asked.values()].some((asked) => asked.type === type && asked['room'] === room);
  }

  signal(room: RoomId, to: RoomPeer): void {
    const { ledger, clock } = this.#world;
    const { peer, instance } = this;
    const isBehindJoin = this.awaits('join', room);
    const signal = ledger.sent({ room, from: { peer, instance }, socket: this.number, to, isBehindJoin });
    this.#say(() => (signal.readAtMs = clock.nowMs()));
    // To this life: what is for another one says nothing about this one's mail.
    const about = { room, to: to.peer, toInstance: to.instance };
    this.#signals.set(this.ask({ type: 'signal', ...about, custom: { n: signal.n } }), signal);
  }

  /** The connection ends, and both sides know. */
  drop(code = 1006): void {
    this.forsake();
    this.#close(code);
  }

  /** The client hears and says nothing any more; its node does not know. */
  forsake(): void {
    this.state = 'ended';
    this.#isSilent = true;
  }

  /** Requests that have had no answer for longer than any answer may take. */
  overdue(): readonly Request[] {
    if (!this.isOpen) return [];
    return [...this.#asked.values()].filter(({ atMs }) => this.#world.clock.nowMs() - atMs > 5_000);
  }

  async #connect(): Promise<void> {
    if (this.#isClosed) return;
    const { token, as, proof } = this.opening;
    const query = as && proof ? `${as}=${proof}` : '';
    const headers = token ? { authorization: `Bearer ${token}` } : {};
    const admission = await this.node.node.upgrade(requestOf(headers, { query }));
    if (!admission.ok) this.#tell(() => this.#owner.closed(this, 1006));
    else if (this.#isClosed) admission.abandoned();
    else this.#listener = admission.open(this.#socket());
  }

  #socket(): Socket {
    return {
      send: (text) => {
        if (this.#isClosed) return 'ended';
        const message = JSON.parse(String(text)) as Outgoing;
        spoilt(message, this.#world, () => this.#tell(() => this.#hear(message)));
        return 'sent';
      },
      ping: () => void (this.#isSilent || this.#world.clock.after(1, () => this.#pong())),
      end: (code) => {
        this.#tell(() => {
          this.forsake();
          this.#owner.closed(this, code);
        });
        this.#world.clock.after(0, () => this.#close(code));
      },
      cork: (writes) => writes(),
    };
  }

  #pong(): void {
    this.#say(() => this.#listener?.alive());
  }

  /** To the client. */
  #tell(task: () => void): void {
    if (!this.#isSilent) task();
  }

  /** To the node. */
  #say(task: () => void): void {
    if (this.#isSilent || this.#isClosed) return;
    this.node.process.hear(() => void (this.#isClosed || task()));
  }

  #close(code: number): void {
    this.node.process.hear(() => {
      if (this.#isClosed) return;
      this.#isClosed = true;
      this.#listener?.closed(code);
    });
  }

  #hear(message: Outgoing): void {
    if ('re' in message && typeof message.re === 'number') this.#answered(message.re, message);
    switch (message.type) {
      case 'welcome':
        return this.#welcomed(message);
      case 'going-away':
        return this.#owner.goingAway(this, message);
      case 'joined':
        return this.#joined(message);
      case 'left':
        return void this.rooms.delete(message.room);
      case 'peer-joined':
      case 'peer-left':
      case 'peer-updated':
      case 'peer-away':
      case 'peer-back':
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

  #welcomed(welcome: Message<'welcome'>): void {
    this.peer = welcome.peer;
    this.instance = welcome.instance;
    this.state = 'welcome';
    for (const { room, peers, capacity } of welcome.rooms ?? []) {
      this.rooms.set(room, new Map(peers.map((peer) => [peer.peer, { ...peer }])));
      this.capacities.set(room, capacity);
    }
    this.#owner.welcomed(this, welcome);
  }

  #answered(re: number, message: Outgoing): void {
    const request = this.#asked.get(re);
    if (!request) return this.accuse(`a second answer to ${re}: ${JSON.stringify(message)}`);
    this.#asked.delete(re);
    const signal = this.#signals.get(re);
    if (!signal) return;
    this.#signals.delete(re);
    this.#world.ledger.settled(signal, message.type === 'error' ? message.code : message.type);
    const { readAtMs = signal.sentAtMs, isBehindJoin } = signal;
    const tookMs = this.#world.clock.nowMs() - readAtMs - this.node.process.sleptMsSince(readAtMs);
    if (tookMs > (isBehindJoin ? 3_500 : 2_100))
      this.accuse(`signal ${signal.n} was answered ${signal.outcome} after ${tookMs} ms`);
  }

  #joined(message: Message<'joined'>): void {
    this.rooms.set(message.room, new Map(message.peers.map((peer) => [peer.peer, { ...peer }])));
    this.joinedAtMs.set(message.room, this.#world.clock.nowMs());
    this.capacities.set(message.room, message.capacity);
    if (message.queue === undefined || message.size === undefined) return;
    if (!this.waiting.delete(`${message.size}/${message.queue}`)) this.accuse('matched without waiting');
    this.matches.push({ room: message.room, size: message.size });
  }

  #happened(
    message: Message<'peer-joined' | 'peer-left' | 'peer-updated' | 'peer-away' | 'peer-back'>,
  ): void {
    const room = this.rooms.get(message.room);
    if (!room) return this.accuse(`${message.type} of a room it is not in`);
    const other = room.get(message.peer);
    if (message.type === 'peer-joined') {
      if (other) this.accuse('somebody joined twice');
      room.set(message.peer, { ...message });
      return;
    }
    if (!other) return this.accuse(`${message.type} of somebody who is not there`);
    const news = { room: message.room, peer: other.peer, instance: other.instance, by: this };
    if (message.type === 'peer-left') {
      room.delete(message.peer);
      this.#world.stays.heardLeft(news);
    }
    const isAway = message.type === 'peer-away';
    if (!isAway && message.type !== 'peer-back') return;
    if (isAway === (other.away === true)) this.accuse(`${message.type} of ${other.peer.slice(0, 9)}, twice`);
    if (isAway) this.#world.stays.heardAway(news);
    if (isAway) other.away = true;
    else delete other.away;
  }

  #signalled(message: Message<'signal'>): void {
    const { room, from, fromInstance, mailed = 0 } = message;
    const { n } = message.custom as { n: number };
    const sender = this.rooms.get(room)?.get(from);
    if (!sender) this.accuse(`signal ${n} of ${from.slice(0, 9)}, who is not in ${room}`);
    else if (sender.instance !== fromInstance)
      this.accuse(`signal ${n} of another life than that in ${room}`);
    const { peer, instance } = this;
    this.#world.ledger.arrived(n, {
      room,
      from: { peer: from, instance: fromInstance },
      to: { peer, instance },
      mailed,
    });
  }

  #failed(message: Message<'error'>): void {
    if (message.code === 'internal' || message.code === 'bad-message')
      this.accuse(`answered ${message.code}: ${message.message}`);
    const gaveUp = message.re === undefined && message.queue !== undefined;
    if (gaveUp) this.waiting.delete(`${message.size}/${message.queue}`);
  }

  accuse(of: string): void {
    this.#world.accuse(`${this.node.id} ${this.peer.slice(0, 9)}: ${of}`);
  }
}
