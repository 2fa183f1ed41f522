import { setTimeout as pause } from 'node:timers/promises';

import { afterEach, describe, expect, it } from 'vitest';

import { type Closed, RawClient } from '../support/client.ts';
import { startHaproxy } from '../support/haproxy.ts';
import { startProcesses, statusOf } from '../support/process-cluster.ts';
import { startNode, type NodeProcess } from '../support/process.ts';
import { has } from '../support/programs.ts';
import { until } from '../support/until.ts';
import { move } from './support/moving.ts';

const WAIT_MS = 1_000;
const DRAIN = { PARLEY_DRAIN_MS: '5000', PARLEY_DRAIN_WAIT_MS: String(WAIT_MS) };
/** How long a client has after its time before it is closed: a quarter of the window. */
const GRACE_MS = 1_000;
const toStop: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const stop of toStop.splice(0).toReversed()) await stop();
});

describe('SIGTERM', () => {
  it('the node is unready first, and takes whoever a balancer still sends until that has noticed', async () => {
    const node = await start({ ...DRAIN, PARLEY_DRAIN_WAIT_MS: '3000' });
    const early = await connect(node);
    node.kill('SIGTERM');
    await until('the node to be unready', async () => (await fetch(`${node.opsUrl}/readyz`)).status === 503);
    const late = await connect(node);
    expect((await late.request({ type: 'join' }, 'joined')).peers).toEqual([]);
    for (const client of [early, late]) await client.next('going-away');
    await expect(RawClient.connect(node.url)).rejects.toThrow(/ECONNREFUSED/);
  });

  it('gives each session a time of its own, and closes it as drained a while after that, never before', async () => {
    const node = await start(DRAIN);
    const clients = await Promise.all(Array.from({ length: 8 }, () => connect(node)));
    const killedMs = performance.now();
    node.kill('SIGTERM');
    const ends = await Promise.all(clients.map((client) => endOf(client)));
    const times = ends.map(({ toldMs }) => toldMs).toSorted((a, b) => a - b);
    expect(times).toEqual([0, 375, 750, 1_125, 1_500, 1_875, 2_250, 2_625]);
    for (const { toldMs, closedAtMs, closed } of ends) {
      expect(closed).toMatchObject({ code: 4000, reason: expect.stringMatching(/^drained/) });
      // Told when the wait was over, and closed when its time and the grace were.
      expect(closedAtMs - killedMs).toBeGreaterThanOrEqual(WAIT_MS + toldMs + GRACE_MS);
    }
    expect(await node.exited).toEqual({ code: 0, signal: null });
  });

  it('ends as soon as everybody has moved', async () => {
    const node = await start({ ...DRAIN, PARLEY_DRAIN_MS: '60000' });
    const clients = await Promise.all(Array.from({ length: 4 }, () => connect(node)));
    node.kill('SIGTERM');
    await Promise.all(
      clients.map(async (client) => {
        await client.next('going-away');
        client.send({ type: 'bye' });
      }),
    );
    // Long before its time is over; the test would be.
    expect(await node.exited).toEqual({ code: 0, signal: null });
  });

  it('goes on relaying for those who are still there', async () => {
    const node = await start(DRAIN);
    const [host, guest] = [await connect(node), await connect(node)];
    const { room } = await host.request({ type: 'join' }, 'joined');
    await guest.request({ type: 'join', room }, 'joined');
    node.kill('SIGTERM');
    await host.next('going-away');
    await host.request({ type: 'signal', room, to: guest.welcome.peer, custom: 1 }, 'delivered');
    expect(await guest.next('signal')).toMatchObject({ custom: 1 });
  });

  it('ends at once on a second one', async () => {
    const node = await start({ ...DRAIN, PARLEY_DRAIN_MS: '60000' });
    const client = await connect(node);
    node.kill('SIGTERM');
    await client.next('going-away');
    node.kill('SIGTERM');
    expect((await node.exited).code).toBe(1);
  });

  it('tells nobody anything where there is no time to drain, and closes all at once', async () => {
    const node = await start({ PARLEY_DRAIN_MS: '0' });
    const client = await connect(node);
    node.kill('SIGTERM');
    expect(await client.closed).toMatchObject({ code: 4000 });
    expect(client.received.filter(({ type }) => type === 'going-away')).toEqual([]);
    expect(await node.exited).toEqual({ code: 0, signal: null });
  });
});

describe.runIf(has('haproxy') && has('redis-server'))('behind HAProxy, a node that drains', () => {
  it('costs nobody a connection: who moves at its time finds another node, and so does who comes meanwhile', async () => {
    const cluster = await startProcesses(2, {
      ...DRAIN,
      PARLEY_DRAIN_MS: '8000',
      PARLEY_DRAIN_WAIT_MS: '4000',
      PARLEY_TRUSTED_PROXIES: '127.0.0.1',
    });
    toStop.push(() => cluster.stop());
    const [going, staying] = cluster.nodes as [NodeProcess, NodeProcess];
    const haproxy = await startHaproxy({ backends: cluster.nodes });
    toStop.push(() => haproxy.stop());
    await until('HAProxy to have probed both', async () =>
      [...(await haproxy.nodes()).values()].every(({ up, check }) => up && check === 'L7OK'),
    );

    const clients = await Promise.all(Array.from({ length: 20 }, () => RawClient.connect(haproxy.url)));
    const rooms = clients.map((_client, index) => `pair-${index % 10}`);
    for (const [index, client] of clients.entries())
      await client.request({ type: 'join', room: rooms[index] }, 'joined');
    await until('each pair to be acquainted', () => clients.every((client) => partnersOf(client) === 1));
    const { sessions: toMove } = await statusOf(going);
    expect(toMove).toBeGreaterThan(0);
    const second: RawClient[] = [];
    for (const client of clients)
      void move(client, haproxy.url)
        .then((moved) => second.push(moved))
        .catch(() => {}); // it need not
    going.kill('SIGTERM');
    const drained = { isOver: false };
    void going.exited.then(() => (drained.isOver = true));
    // Every connection made meanwhile is one that a visitor would have missed.
    const newcomers: RawClient[] = [];
    while (!drained.isOver) {
      newcomers.push(await RawClient.connect(haproxy.url));
      await pause(50);
    }
    for (const client of newcomers) if (client.socket.readyState === 1) client.terminate();

    expect(await going.exited).toEqual({ code: 0, signal: null });
    await until('everybody to have moved who must', () => second.length === toMove);
    const open = () => [...clients, ...second].filter(({ socket }) => socket.readyState === 1);
    await until('the old sockets to be closed', () => open().length === 20);
    await until('all of them to be at the other node', async () => (await statusOf(staying)).sessions === 20);
    for (const client of second) expect(client.welcome.resumed).toBe(true);
    for (const client of open()) {
      const told = client.received.map(({ type }) => type);
      for (const news of ['peer-away', 'peer-back', 'peer-left']) expect(told).not.toContain(news);
    }
    for (const client of open()) client.terminate();
  });
});

async function start(env: NodeJS.ProcessEnv): Promise<NodeProcess> {
  const node = await startNode({ PARLEY_AUTH: 'none', ...env });
  toStop.push(() => node.stop());
  return node;
}

async function connect({ url }: NodeProcess): Promise<RawClient> {
  const client = await RawClient.connect(url);
  toStop.push(async () => client.terminate());
  return client;
}

/** What a client that does not move is told, and how and when it ends. */
async function endOf(client: RawClient): Promise<{ toldMs: number; closedAtMs: number; closed: Closed }> {
  const { reconnectAfterMs: toldMs } = await client.next('going-away');
  const closed = await client.closed;
  return { toldMs, closedAtMs: performance.now(), closed };
}

/** How many others there are in the one room that this client has joined. */
const partnersOf = ({ received }: RawClient): number =>
  received.reduce((count, message) => {
    if (message.type === 'joined') return message.peers.length;
    return message.type === 'peer-joined' ? count + 1 : count;
  }, 0);
