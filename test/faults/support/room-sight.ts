import type { Outgoing, RoomPeer, RoomSnapshot } from '@parley/protocol';

import type { Life } from './history.ts';

/** Another peer of a room, as a client sees it. */
export interface Seen extends Life {
  readonly isAway: boolean;
}

/** What a client knows of its rooms from what it was told. */
export class RoomSight {
  readonly #rooms = new Map<string, Map<string, Seen>>();

  /** The rooms that this client has a seat in, as far as it knows. */
  get rooms(): string[] {
    return [...this.#rooms.keys()];
  }

  /** The others there; of a room without a seat nobody. */
  others(room: string): Seen[] {
    return [...(this.#rooms.get(room)?.values() ?? [])];
  }

  knows(room: string, { peer, instance }: Life): boolean {
    return this.#rooms.get(room)?.get(peer)?.instance === instance;
  }

  /** How things stand after a resume, or, with no rooms, after a new start. */
  begin(rooms: readonly RoomSnapshot[]): void {
    this.#rooms.clear();
    for (const snapshot of rooms) this.#enter(snapshot);
  }

  hear(message: Outgoing): void {
    if (message.type === 'joined') this.#enter(message);
    if (message.type === 'left') this.#rooms.delete(message.room);
    if (message.type === 'peer-joined') this.#rooms.get(message.room)?.set(message.peer, seen(message));
    if (message.type === 'peer-left') this.#rooms.get(message.room)?.delete(message.peer);
    if (message.type === 'peer-away') this.#mark(message, true);
    if (message.type === 'peer-back') this.#mark(message, false);
  }

  #enter({ room, peers }: RoomSnapshot): void {
    this.#rooms.set(room, new Map(peers.map((peer) => [peer.peer, seen(peer)])));
  }

  #mark({ room, peer }: { readonly room: string; readonly peer: string }, isAway: boolean): void {
    const others = this.#rooms.get(room);
    const known = others?.get(peer);
    if (known) others?.set(peer, { ...known, isAway });
  }
}

const seen = ({ peer, instance, away }: RoomPeer): Seen => ({ peer, instance, isAway: away ?? false });
