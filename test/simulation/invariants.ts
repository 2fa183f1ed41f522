import type { RoomId, RoomPeer } from '@parley/protocol';

import type { SimulatedClient } from './simulated-client.ts';
import type { World } from './world.ts';

/** What is wrong once quiet has returned. Empty: every view of every room is right, and nobody is left behind. */
export function findWrongs(world: World): string[] {
  const clients = world.clients.filter(({ isOpen }) => isOpen);
  return [
    ...world.violations,
    ...world.ledger.wrongs(),
    ...roomWrongs(world, clients),
    ...matchWrongs(clients),
    ...clients.flatMap(({ name, session }) =>
      (session?.overdue() ?? []).map((request) => `${name} has no answer to ${JSON.stringify(request)}`),
    ),
    ...world.clients
      .filter(({ isOpen, isGone }) => !isOpen && !isGone)
      .map(({ life }) => `${life?.peer.slice(0, 6)} does not get in again`),
  ];
}

/** What is still held when everybody has said goodbye. */
export function findLeftovers(world: World): string[] {
  const inNodes = world.nodes.flatMap(({ id, node }) =>
    Object.entries(node.leftoversForTesting()).flatMap(([what, count]) =>
      count === 0 ? [] : [`${id} still has ${count} ${what}`],
    ),
  );
  const { rooms, peers, queues } = world.directory.sizesForTesting();
  const inDirectory = Object.entries({ rooms, peers, queues }).flatMap(([what, count]) =>
    count ? [`the directory still has ${count} ${what}`] : [],
  );
  return [...inNodes, ...inDirectory];
}

function roomWrongs(world: World, clients: readonly SimulatedClient[]): string[] {
  const members = new Map<RoomId, SimulatedClient[]>();
  for (const client of clients)
    for (const room of client.session?.rooms.keys() ?? [])
      members.set(room, [...(members.get(room) ?? []), client]);
  return [...members].flatMap(([room, present]) => [
    ...present.flatMap((client) => viewWrongs(room, client, present)),
    ...(present.length > (present[0]?.session?.capacities.get(room) ?? 0) && !world.mayOverfill
      ? [`${room} holds more than its capacity`]
      : []),
  ]);
}

function viewWrongs(room: RoomId, client: SimulatedClient, present: readonly SimulatedClient[]): string[] {
  const seen = othersOf(client, room);
  const others = present.filter((other) => other !== client);
  const missing = others
    .filter(({ life }) => seen.get(life?.peer ?? '')?.instance !== life?.instance)
    .map((other) => `${client.name} in ${room} does not see ${other.name}`);
  const ghosts = [...seen.keys()]
    .filter((peer) => !others.some(({ life }) => life?.peer === peer))
    .map((peer) => `${client.name} in ${room} sees the ghost ${peer.slice(0, 6)}`);
  const away = [...seen.values()]
    .filter((other) => other.away)
    .map(({ peer }) => `${client.name} in ${room} takes ${peer.slice(0, 6)} for away`);
  const impolite = others
    .filter((other) => isPolite(client, other, room) === isPolite(other, client, room))
    .map((other) => `${client.name} and ${other.name} in ${room} are both polite, or neither`);
  return [...missing, ...ghosts, ...away, ...impolite];
}

const othersOf = ({ session }: SimulatedClient, room: RoomId): ReadonlyMap<string, RoomPeer> =>
  session?.rooms.get(room) ?? new Map();

const isPolite = (client: SimulatedClient, { life }: SimulatedClient, room: RoomId) =>
  othersOf(client, room).get(life?.peer ?? '')?.polite;

function matchWrongs(clients: readonly SimulatedClient[]): string[] {
  const waiting = new Map<string, number>();
  for (const client of clients)
    for (const queue of client.session?.waiting ?? []) waiting.set(queue, (waiting.get(queue) ?? 0) + 1);
  const leftBehind = [...waiting]
    .filter(([queue, count]) => count >= Number.parseInt(queue, 10))
    .map(([queue, count]) => `${count} are left waiting in ${queue}`);
  const rooms = new Map<RoomId, number>();
  for (const client of clients)
    for (const { room } of client.matches) rooms.set(room, (rooms.get(room) ?? 0) + 1);
  const overfull = clients
    .flatMap(({ matches }) => matches)
    .filter(({ room, size }) => (rooms.get(room) ?? 0) > size);
  return [...leftBehind, ...overfull.map(({ room }) => `more than its size were matched into ${room}`)];
}
