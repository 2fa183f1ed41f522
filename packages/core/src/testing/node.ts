import { outgoing } from '@parley/protocol';
import { expect } from 'vitest';
import type { Envelope } from '../envelope.ts';
import type { NodeOptions } from '../options.ts';
import { Cluster, type TestNode } from './cluster.ts';
import type { FakeSocket } from './fake-socket.ts';
import { AWAY_MS } from './world.ts';

const sockets: FakeSocket[] = [];

/** After each test, whatever it was about: what clients are sent is what the protocol says. */
export function expectProtocol(): void {
  for (const message of sockets.splice(0).flatMap(({ heard }) => heard)) outgoing.parse(message);
}

/** Two nodes that know of each other. */
export async function two(more: Partial<NodeOptions> = {}) {
  const cluster = new Cluster();
  const [a, b] = [await cluster.node('node-a', more), await cluster.node('node-b', more)];
  await cluster.world.clock.advance(2_000);
  return { world: cluster.world, clock: cluster.world.clock, a, b };
}

export async function connect(node: TestNode, peer: string): Promise<FakeSocket> {
  const socket = await node.connect(peer);
  sockets.push(socket);
  return socket;
}

/** A client that sits on the stage. */
export async function joined(node: TestNode, peer: string): Promise<FakeSocket> {
  const socket = await connect(node, peer);
  socket.say({ type: 'join', room: 'stage' });
  for (let i = 0; i < 10 && !socket.last('joined'); i += 1) await node.flush();
  expect(socket.last('joined')).toBeDefined();
  return socket;
}

export const answersTo = ({ heard }: FakeSocket, id: number | string) =>
  heard.filter((message) => 're' in message && message.re === id).map(nameOf);

const nameOf = (message: FakeSocket['heard'][number]) =>
  message.type === 'error' ? `error ${message.code}` : message.type;

export const has = (envelopes: readonly Envelope[], kind: Envelope['kind']) =>
  envelopes.some((each) => each.kind === kind);

export function expectNothingLeft({ node }: TestNode): void {
  expect(Object.entries(node.leftoversForTesting()).filter(([, count]) => count !== 0)).toEqual([]);
}

export function expectNothingPending(...nodes: TestNode[]): void {
  for (const { node } of nodes) {
    const { held, pendingReceipts, writing } = node.leftoversForTesting();
    expect([held, pendingReceipts, writing]).toEqual([0, 0, 0]);
  }
}

export async function readStage({ directory }: Cluster['world']) {
  const facts = { epoch: '9', capacity: 2, code: false };
  const reading = { lostUntilMs: 0, lost: [], awayMs: AWAY_MS, mercyUntilMs: 0 };
  const onlooker = { node: 'onlooker' as never, seats: [], lifeMs: 1, reading, notAfterMs: Infinity };
  return (await directory.rooms.assert({ key: 'main/stage' as never, facts, ...onlooker })).room;
}
