import type { RoomId } from '@parley/protocol';

import type { Life } from './ledger.ts';
import type { SimulatedNode } from './simulated-node.ts';
import type { SimulatedSession } from './simulated-session.ts';
import type { World } from './world.ts';

/** A life of a peer in a room. */
export interface Stay extends Life {
  readonly room: RoomId;
}

/** Somebody was told something of a stay. */
interface News extends Stay {
  readonly by: SimulatedSession;
}

/** Who has left which room, and what the others were told of it: whoever sits is not said to have left. */
export class Stays {
  readonly #world: World;
  /** Ended by the peer itself, once. */
  readonly #left = new Set<string>();
  readonly #seenLeaving = new Map<string, number>();

  constructor(world: World) {
    this.#world = world;
  }

  /** Somebody leaves a room on purpose. */
  left(stay: Stay): void {
    this.#left.add(nameOf(stay));
  }

  hasLeft(stay: Stay): boolean {
    return this.#left.has(nameOf(stay));
  }

  /** Others heard, at that time or later, that a peer has left that had not. */
  wasSeenLeaving(stay: Stay, sinceMs: number): boolean {
    return !this.hasLeft(stay) && (this.#seenLeaving.get(nameOf(stay)) ?? -Infinity) >= sinceMs;
  }

  /** Somebody was told that a peer is away. */
  heardAway(news: News): void {
    this.#judgeHere(news, 'peer-away');
  }

  /** Somebody was told that a peer has left. */
  heardLeft(news: News): void {
    const { by, ...stay } = news;
    const { clock } = this.#world;
    this.#seenLeaving.set(nameOf(stay), clock.nowMs());
    this.#judgeHere(news, 'peer-left');
    const client = this.#world.clientOf(stay);
    const { session } = client ?? {};
    if (!session?.isOpen || !session.rooms.has(stay.room) || session.awaits('leave', stay.room)) return;
    if (client?.isUnsure || this.hasLeft(stay) || this.#world.hasForgottenSince(clock.nowMs() - 30_000))
      return;
    // It may be news of a seat that was given back before this one was taken.
    if (clock.nowMs() - (session.joinedAtMs.get(stay.room) ?? 0) < OLD_NEWS_MS) return;
    const isHeard = ({ unheardSinceMs }: SimulatedNode) => unheardSinceMs === clock.nowMs();
    if (isHeard(session.node) && isHeard(by.node))
      by.accuse(`peer-left of ${stay.peer.slice(0, 9)}, who sits in ${stay.room}`);
  }

  /** Where nothing fails, a peer that has a socket all the time, be it one after the other, is never said to be elsewhere. */
  #judgeHere({ by, ...stay }: News, what: string): void {
    const { clock, isReliable } = this.#world;
    if (!isReliable) return;
    // A node that closes a socket tells the others in the room in the same turn.
    clock.after(1, () => {
      const client = this.#world.clientOf(stay);
      if (!client || client.isUnsure || this.hasLeft(stay)) return;
      if (client.hereForMs > SOON_MS && client.session?.rooms.has(stay.room))
        by.accuse(`${what} of ${stay.peer.slice(0, 9)}, who never was without a socket`);
    });
  }
}

/** After this, what happens in a room is known everywhere, if nothing fails. */
const SOON_MS = 1_000;
const OLD_NEWS_MS = 8_000;

const nameOf = ({ room, peer, instance }: Stay) => `${room} ${peer} ${instance}`;
