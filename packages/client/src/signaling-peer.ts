import type { RoomPeer } from '@parley/protocol/plain';

import type { Json, Signal, SignalingPeer, SignalingPeerEvents, Unsubscribe } from './api.ts';
import { Emitter, guarded } from './emitter.ts';
import { ParleyError } from './error.ts';

/** How much of what was said waits for the first listener. */
const MOST_UNHEARD = 256;

/** Somebody else in a room, as the program sees it; what happens to it is told by its {@link Wire}. */
export class RemotePeer implements SignalingPeer {
  readonly id: string;
  readonly instance: string;
  readonly user: string | undefined;
  readonly isPolite: boolean;
  meta: Json | undefined;
  isAway: boolean;
  readonly #events = new Emitter<SignalingPeerEvents>();
  readonly #send: (signal: Signal) => void;
  #unheard: Json[] = [];

  constructor({ peer, instance, user, meta, polite, away }: RoomPeer, send: (signal: Signal) => void) {
    this.id = peer;
    this.instance = instance;
    this.user = user;
    this.meta = meta;
    this.isPolite = polite;
    this.isAway = away ?? false;
    this.#send = send;
  }

  on<Name extends keyof SignalingPeerEvents>(
    name: Name,
    listener: (...args: SignalingPeerEvents[Name]) => void,
  ): Unsubscribe {
    const unsubscribe = this.#events.on(name, listener);
    if (name === 'signal') {
      for (const said of this.#unheard.splice(0)) guarded(() => (listener as (said: Json) => void)(said));
    }
    return unsubscribe;
  }

  signal(custom: Json): void {
    this.#send({ custom });
  }

  /** Tells the program. */
  tell<Name extends keyof SignalingPeerEvents>(name: Name, ...args: SignalingPeerEvents[Name]): void {
    this.#events.emit(name, ...args);
  }

  /** Hands on what the other end said, now or to the first who listens. */
  hear(said: Json): void {
    if (this.#events.emit('signal', said)) return;
    if (this.#unheard.length < MOST_UNHEARD) this.#unheard.push(said);
    else this.tell('error', new ParleyError('too-many'));
  }
}
