import type { Json, PeerEvents, SignalingPeer } from './api.ts';
import { Emitter } from './emitter.ts';
import { ParleyError } from './error.ts';
import type { PeerWire } from './ports.ts';

/** How much of what was said waits for the first listener. */
const MOST_UNHEARD = 256;

/** Somebody else in a room, as the program sees it; what happens to it is told by its wire. */
export class RemotePeer extends Emitter<PeerEvents> implements SignalingPeer {
  readonly id: string;
  readonly instance: string;
  readonly user: string | undefined;
  readonly isPolite: boolean;
  meta: Json | undefined;
  isAway: boolean;
  readonly #wire: PeerWire;
  readonly #unheard: [Json][] = [];

  constructor(wire: PeerWire) {
    super();
    const { peer, instance, user, meta, polite, away } = wire.facts;
    this.#wire = wire;
    this.id = peer;
    this.instance = instance;
    this.user = user;
    this.meta = meta;
    this.isPolite = polite;
    this.isAway = away ?? false;
  }

  signal(custom: Json): void {
    this.#wire.send({ custom });
  }

  /** Hands on what the other end said, now or to the first who listens. */
  hear(said: Json): void {
    if (this.emit('signal', said)) return;
    if (this.#unheard.length < MOST_UNHEARD) this.#unheard.push([said]);
    else this.emit('error', new ParleyError('too-many'));
  }

  protected override toldAtOnce(name: keyof PeerEvents): Iterable<readonly unknown[]> {
    return name === 'signal' ? this.#unheard.splice(0) : [];
  }
}
