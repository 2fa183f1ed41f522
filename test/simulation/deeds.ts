import type { RoomId, RoomPeer } from '@parley/protocol';

import { SimulatedClient } from './simulated-client.ts';
import type { SimulatedSession } from './simulated-session.ts';
import type { World } from './world.ts';

const ROOMS = ['red', 'green', 'blue'] as RoomId[];
const QUEUES = [
  { queue: 'chess', size: 2 },
  { queue: 'bridge', size: 3 },
];
const MOST_CLIENTS = 12;

/** What clients do: now and then somebody comes, and somebody who is there says or does something. */
export class Deeds {
  readonly #world: World;
  readonly #codes: RoomId[] = [];

  constructor(world: World) {
    this.#world = world;
  }

  act(): void {
    const world = this.#world;
    world.clients = world.clients.filter(({ isGone }) => !isGone);
    const node = world.anyNode();
    if (node && world.clients.length < MOST_CLIENTS && world.chance(30))
      world.clients.push(new SimulatedClient(world, this.#token(), node));
    const client = world.pick(world.clients.filter(({ isOpen }) => isOpen));
    const session = client?.session;
    if (!client || !session) return;
    world.weighted<() => void>([
      [30, () => void session.ask({ type: 'join', room: world.pick(ROOMS), capacity: 3 })],
      [4, () => void session.ask({ type: 'join' })],
      [6, () => this.#joinCode(session)],
      [8, () => this.#leave(client, session)],
      [3, () => this.#update(session)],
      [20, () => void session.ask({ type: 'match', ...world.pick(QUEUES) })],
      [6, () => void session.ask({ type: 'unmatch', ...world.pick(QUEUES) })],
      [70, () => this.#signal(session, 1)],
      [2, () => this.#signal(session, 60 + world.random.below(20))],
      [8, () => client.lose('both')],
      [5, () => client.lose('client')],
      [3, () => client.move()],
      [2, () => client.bye()],
    ])();
  }

  /** A third of the clients has a peer of its own. */
  #token(): string | undefined {
    const world = this.#world;
    return world.chance(35) ? `fixed-${world.nextName()}` : undefined;
  }

  #joinCode(session: SimulatedSession): void {
    for (const client of this.#world.clients)
      this.#codes.push(...[...(client.session?.rooms.keys() ?? [])].filter((room) => room.length === 9));
    session.ask({ type: 'join', room: this.#world.pick(this.#codes.splice(0)) ?? 'ABCD-2345' });
  }

  #leave({ life }: SimulatedClient, session: SimulatedSession): void {
    const room = this.#world.pick([...session.rooms.keys()]) ?? ROOMS[0];
    if (life && room) this.#world.stays.left({ room, ...life });
    session.ask({ type: 'leave', room });
  }

  #update(session: SimulatedSession): void {
    const room = this.#world.pick([...session.rooms.keys()]) ?? ROOMS[0];
    session.ask({ type: 'update', room, meta: this.#world.ledger.count });
  }

  #signal(session: SimulatedSession, times: number): void {
    const [room, others] = this.#world.pick([...session.rooms]) ?? [];
    const away = [...(others?.values() ?? [])].filter((other) => other.away);
    // A burst is for one who is away, if there is any: only mail can be full.
    const among: RoomPeer[] = times > 1 && away.length > 0 ? away : [...(others?.values() ?? [])];
    const to = this.#world.pick(among);
    if (!room || !to) return;
    for (let i = 0; i < times; i += 1) session.signal(room, to);
  }
}
