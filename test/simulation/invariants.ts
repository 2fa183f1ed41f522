import type { RoomId } from '@parley/protocol';

import type { SimulatedClient } from './simulated-client.ts';
import type { World } from './world.ts';

/** What is wrong once quiet has returned. Empty: every view of every room is right, and nobody is left behind. */
export function findWrongs(world: World): string[] {
  const clients = world.clients.filter(({ isOpen, hasEnded }) => isOpen && !hasEnded);
  return [
    ...world.violations,
    ...roomWrongs(world, clients),
    ...matchWrongs(clients),
    ...clients.flatMap((client) =>
      client.overdue().map((request) => `${name(client)} has no answer to ${JSON.stringify(request)}`),
    ),
  ];
}

/** What is still held when everybody has said goodbye. */
export function findLeftovers(world: World): string[] {
  const inNodes = world.liveNodes.flatMap(({ id, node }) =>
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
    for (const room of client.rooms.keys()) members.set(room, [...(members.get(room) ?? []), client]);
  return [...members].flatMap(([room, present]) => [
    ...present.flatMap((client) => viewWrongs(room, client, present)),
    ...(present.length > (present[0]?.capacities.get(room) ?? 0) && !world.mayOverfill
      ? [`${room} holds more than its capacity`]
      : []),
  ]);
}

function viewWrongs(room: RoomId, client: SimulatedClient, present: readonly SimulatedClient[]): string[] {
  const seen = client.rooms.get(room);
  const others = present.filter((other) => other !== client);
  const missing = others
    .filter(({ peer }) => !seen?.has(peer))
    .map((other) => `${name(client)} in ${room} does not see ${name(other)}`);
  const ghosts = [...(seen?.keys() ?? [])]
    .filter((peer) => !others.some((other) => other.peer === peer))
    .map((peer) => `${name(client)} in ${room} sees the ghost ${peer.slice(0, 6)}`);
  const impolite = others
    .filter((other) => seen?.get(other.peer)?.polite === other.rooms.get(room)?.get(client.peer)?.polite)
    .map((other) => `${name(client)} and ${name(other)} in ${room} are both polite, or neither`);
  return [...missing, ...ghosts, ...impolite];
}

function matchWrongs(clients: readonly SimulatedClient[]): string[] {
  const waiting = new Map<string, number>();
  for (const client of clients)
    for (const queue of client.waiting) waiting.set(queue, (waiting.get(queue) ?? 0) + 1);
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

const name = (client: SimulatedClient) => `${client.peer.slice(0, 6)}@${client.node.id}`;
