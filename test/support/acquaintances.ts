import type { Outgoing, RoomPeer } from '@parley/protocol';

import type { RawClient } from './client.ts';
import { until } from './until.ts';

/** What a member of a room has been told of the others there, by peer. */
export type Acquaintances = ReadonlyMap<string, RoomPeer>;

/** A client, as far as it listens. */
export type Listener = Pick<RawClient, 'received' | 'welcome'>;

/**
 * Adds up what a client was told of a room since it joined. `undefined`: it is in no such room.
 *
 * @throws Error when the telling makes no sense: a peer that comes twice or goes unknown, more peers than seats, a signal
 *   of somebody who is not there
 */
export function acquaintances(client: Listener, room: string): Acquaintances | undefined {
  let seats: { readonly capacity: number; readonly others: Map<string, RoomPeer> } | undefined;
  for (const message of client.received) {
    if (!('room' in message) || message.room !== room) continue;
    if (message.type === 'joined')
      seats = { capacity: message.capacity, others: new Map(message.peers.map((peer) => [peer.peer, peer])) };
    else if (message.type === 'left') seats = undefined;
    else if (message.type !== 'error' && message.type !== 'updated') happen(message, seats?.others);
    if (seats && seats.others.size >= seats.capacity)
      throw new Error(
        `${seats.others.size} others in a room of ${seats.capacity}: ${JSON.stringify(message)}`,
      );
  }
  return seats?.others;
}

/**
 * Waits until every one of these has been told of exactly the others, and of every two exactly one is polite. Whoever is
 * away is not counted, and none of these may be.
 *
 * @throws Error that says who is wrong about whom, when that does not come to be
 */
export function untilAcquainted(
  clients: readonly Listener[],
  room: string,
  deadlineMs?: number,
): Promise<true> {
  const areAcquainted = () => {
    const wrong = misunderstandings(clients, room);
    if (wrong.length > 0) throw new Error(wrong.join('; '));
    return true as const;
  };
  return until(`${clients.length} members that know each other`, areAcquainted, deadlineMs);
}

function misunderstandings(clients: readonly Listener[], room: string): string[] {
  const views = new Map(
    clients.map((client) => [client.welcome.peer as string, acquaintances(client, room)]),
  );
  const wrong: string[] = [];
  for (const [self, view] of views) {
    if (!view) wrong.push(`${self} is not in the room`);
    for (const [peer, { away }] of view ?? [])
      if (!views.has(peer) && !away) wrong.push(`${self} still knows ${peer}`);
    for (const [other, theirs] of views) {
      if (self === other || !view) continue;
      if (!view.has(other)) wrong.push(`${self} does not know ${other}`);
      else if (view.get(other)?.away) wrong.push(`${self} takes ${other} for away`);
      else if (view.get(other)?.polite === theirs?.get(self)?.polite)
        wrong.push(`${self} and ${other} are equally polite`);
    }
  }
  return wrong;
}

function happen(message: Outgoing, others: Map<string, RoomPeer> | undefined): void {
  const nonsense = (what: string) => new Error(`${what}: ${JSON.stringify(message)}`);
  if (!others) throw nonsense('told of a room before joining it or after leaving it');
  switch (message.type) {
    case 'peer-joined':
      if (others.has(message.peer)) throw nonsense('joined twice');
      others.set(message.peer, message);
      return;
    case 'peer-left':
      if (!others.delete(message.peer)) throw nonsense('left and was not there');
      return;
    case 'peer-updated': {
      const known = others.get(message.peer);
      if (!known) throw nonsense('updated and is not there');
      others.set(message.peer, { ...known, meta: message.meta });
      return;
    }
    case 'peer-away':
    case 'peer-back': {
      const known = others.get(message.peer);
      if (!known) throw nonsense('away or back and is not there');
      const { away: wasAway = false, ...here } = known;
      const isAway = message.type === 'peer-away';
      if (isAway === wasAway) throw nonsense('away or back twice');
      others.set(message.peer, { ...here, ...(isAway && { away: true }) });
      return;
    }
    case 'signal':
      if (others.get(message.from)?.instance !== message.fromInstance) throw nonsense('signal of a stranger');
      return;
    default:
      throw nonsense('not something that happens in a room');
  }
}
