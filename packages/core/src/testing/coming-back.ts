import { outgoing, type RoomId, type Welcome } from '@parley/protocol';
import type { NodeOptions } from '../options.ts';
import { Cluster, type TestNode } from './cluster.ts';
import type { FakeSocket } from './fake-socket.ts';

/** These sockets answer no pings. */
const PATIENT = { heartbeatTimeoutMs: 1_000_000 };

/** Two nodes that know of each other. */
export async function start(more: Partial<NodeOptions> = {}) {
  const cluster = new Cluster();
  const options = { ...PATIENT, ...more };
  const [a, b] = [await cluster.node('node-a', options), await cluster.node('node-b', options)];
  const { world } = cluster;
  await world.clock.advance(2_000);
  return { cluster, world, clock: world.clock, a, b };
}

/** A client that sits in these rooms. */
export async function joined(
  { world }: Cluster,
  node: TestNode,
  token: string,
  rooms = ['stage'],
): Promise<FakeSocket> {
  const socket = await node.connect(token);
  for (const room of rooms) {
    socket.say({ type: 'join', room });
    await world.clock.advance(20);
    if (socket.last('joined')?.room !== (room as RoomId)) throw new Error(`not in ${room}`);
  }
  return socket;
}

/** A client that comes with the proof that it was here before. */
export async function back(
  { world }: Cluster,
  node: TestNode,
  token: string,
  resume?: string,
  as: 'resume' | 'restart' = 'resume',
): Promise<FakeSocket> {
  const socket = await node.open(token, `${as}=${resume}`);
  await world.clock.advance(20);
  return socket;
}

export function welcomeOf(socket: FakeSocket): Welcome {
  const welcome = socket.last('welcome');
  if (!welcome) throw new Error('not welcome');
  outgoing.parse(welcome);
  return welcome;
}

/** What a node still holds, by name: nothing, when nobody is there. */
export const leftoversOf = ({ node }: TestNode) =>
  Object.entries(node.leftoversForTesting()).filter(([, count]) => count !== 0);
