import { connect } from '@parley/client/signaling';
import type { Parley, SignalingPeer, WebSocketConstructor } from '@parley/client/signaling';
import type { Outgoing } from '@parley/protocol';

import { tapped } from '../../client/support/sockets.ts';
import { Tunnel } from '../../client/support/tunnel.ts';
import type { Account } from './account.ts';
import { briefly, lifeKey, type Life } from './history.ts';
import type { Seen } from './room-sight.ts';

type Welcome = Extract<Outgoing, { type: 'welcome' }>;

export interface TalkerOptions {
  readonly name: string;
  /** Leads each connection to one of the nodes, dead ones among them. `last`: to which the one before was led. */
  readonly lead: (last?: number) => number;
  /** The rooms that it wants to be in. */
  readonly rooms: readonly string[];
  readonly account: Account;
  readonly token: string;
}

/** A program with the SDK, which does nothing about any trouble. Whatever it says, hears and gets back goes into an {@link Account}. */
export class Talker {
  readonly rooms: readonly string[];
  /** Of every session that it had. */
  readonly welcomes: Welcome[] = [];
  readonly sight: { readonly rooms: readonly string[]; others(room: string): readonly Seen[] };
  readonly #options: TalkerOptions;
  readonly #tunnel: Tunnel;
  readonly #places = new Map<string, number>();
  /** The last one on any of its sockets; one that was given up does not count. */
  #welcome: Welcome | undefined;
  #parley: Parley<SignalingPeer> | undefined;
  #said = 0;
  #isOver = false;

  private constructor(options: TalkerOptions, tunnel: Tunnel) {
    this.#options = options;
    this.#tunnel = tunnel;
    this.rooms = options.rooms;
    this.sight = { rooms: options.rooms, others: (room) => this.#others(room).map(seen) };
  }

  /** Resolves when it is in its rooms. */
  static async start(options: TalkerOptions): Promise<Talker> {
    const talker = new Talker(options, await Tunnel.to({ port: options.lead() }));
    await talker.#start();
    return talker;
  }

  /** Who it is now. */
  get life(): Life | undefined {
    return this.welcomes.at(-1);
  }

  /** It is connected, and sees just these others in each of its rooms, none of them away. */
  isSettled(others: (room: string) => readonly (Life | undefined)[]): boolean {
    return (
      this.#parley?.state === 'open' &&
      this.rooms.every((room) => {
        const there = this.sight.others(room).filter(({ isAway }) => !isAway);
        return there.map(wordFor).toSorted().join() === others(room).map(wordFor).toSorted().join();
      })
    );
  }

  /** Says the next number to this life, which it sees; answers the `id` of what it said. */
  signal(room: string, to: Life): string | undefined {
    const from = this.life;
    const peer = this.#others(room).find(({ instance }) => instance === to.instance);
    if (!from || !peer) return undefined;
    const { name, account } = this.#options;
    const id = `${name}:${++this.#said}`;
    const stream = [lifeKey(from), lifeKey(to), room].join(' ');
    const place = (this.#places.get(stream) ?? 0) + 1;
    this.#places.set(stream, place);
    account.sayings.set(id, { id, from, to, room, place, returned: [] });
    peer.signal({ id });
    return id;
  }

  /** What it sees, in a line. */
  describe(): string {
    const seen = this.rooms.map((room) => {
      const others = this.sight
        .others(room)
        .map((other) => `${wordFor(other)}${other.isAway ? ' (away)' : ''}`);
      return `in ${room} ${others.join(', ') || 'nobody'}`;
    });
    return `${this.#options.name}, ${wordFor(this.life)}, is ${this.#parley?.state} and sees ${seen.join('; ')}`;
  }

  /** Loses its sockets without a word. */
  drop(): void {
    this.#tunnel.drop();
  }

  async stop(): Promise<void> {
    this.#isOver = true;
    this.#parley?.close();
    await this.#tunnel.stop();
  }

  async #start(): Promise<void> {
    const { token } = this.#options;
    const parley = await connect(this.#tunnel.url, { token, webSocket: this.#webSocket() });
    this.#parley = parley;
    this.#begin();
    parley.on('state', ({ state, reason }) => {
      if (state === 'open') this.#begin();
      if (state === 'closed') this.#odd(`closed: ${reason}`);
    });
    for (const room of this.rooms) await this.#enter(parley, room);
  }

  async #enter(parley: Parley<SignalingPeer>, name: string): Promise<void> {
    const { hearsays, sayings } = this.#options.account;
    const room = await parley.join(name);
    room.on('left', (reason) => this.#odd(`no longer in ${name}: ${reason}`));
    room.on('peer', (peer) => {
      const from = seen(peer);
      peer.on('signal', (said) => {
        const { id } = said as { id: string };
        hearsays.push({ id, from, by: this.life ?? from, room: name });
      });
      peer.on('undeliverable', ({ signal, reason }) => {
        const { id } = (signal as { custom: { id: string } }).custom;
        sayings.get(id)?.returned.push(reason);
      });
      peer.on('error', (error) => this.#odd(`${name}: ${error.message}`));
    });
  }

  /** Another session: a program is told of it, but not which life it is. */
  #begin(): void {
    if (this.#welcome) this.welcomes.push(this.#welcome);
  }

  /** Leads each socket to a node, and reads it for its welcome. */
  #webSocket(): WebSocketConstructor {
    const lead = () => (this.#tunnel.port = this.#options.lead(this.#tunnel.port));
    const read = (text: string) => {
      const message = JSON.parse(text) as Outgoing;
      if (message.type === 'welcome') this.#welcome = message;
      return [text];
    };
    return class extends tapped(() => {}, read) {
      constructor(url: string, protocols: string[]) {
        lead();
        super(url, protocols);
      }
    };
  }

  #others(room: string): SignalingPeer[] {
    return [...(this.#parley?.rooms.get(room)?.peers.values() ?? [])];
  }

  #odd(what: string): void {
    if (!this.#isOver) this.#options.account.oddities.push(`${this.#options.name}: ${what}`);
  }
}

const seen = ({ id, instance, isAway }: SignalingPeer): Seen => ({ peer: id, instance, isAway });
const wordFor = (life?: Life) => (life ? `${briefly(life.peer)}/${briefly(life.instance)}` : 'nobody yet');
