import { once } from 'node:events';
import { connect as dial } from 'node:net';

import type { Listen } from '@parley/core';
import { FakeClock } from '@parley/core/contract';
import { listenWith, load } from '@parley/uws';
import { listen as listenWithWs } from '@parley/ws';
import { beforeAll, describe, expect, it } from 'vitest';

import { RawClient } from '../support/client.ts';
import { FakeClient } from '../support/fake-client.ts';
import { heapInUseBytes } from '../support/heap.ts';
import { startMemoryNodes, type MemoryNodes } from '../support/memory-nodes.ts';
import { SkippingClock } from '../support/skipping-clock.ts';
import { until } from '../support/until.ts';
import { CYCLES, type CycleClient, type CycleName, type CycleStage } from './cycles.ts';

/** Of every cycle something stays for as long as the longest code and the longest tombstone live. */
const LAPSED_MS = 700_000;
const NAMES = Object.keys(CYCLES) as CycleName[];
/** A `Set` of ids costs several times this for each, a pair of references or a closure in an array as well. */
const TOLERATED_BYTES_PER_CYCLE = 24;

describe('the memory of a node', () => {
  // What the engine makes of code that is new to it is no leak.
  beforeAll(() => growthOf(3_000));

  // 18,000 of the 20,000 cycles run without a network: the same node, with sockets made of two objects. What a socket
  // library itself may keep is looked at below, with 1,000 cycles over real sockets for each of the two.
  it('is what it was after 18,000 cycles of every way to end', async () => {
    const growth = await growthOf(18_000);
    expect(growth.bytesPerCycle).toBeLessThan(TOLERATED_BYTES_PER_CYCLE);
    console.log(`heap after 18,000 cycles: ${growth.bytesPerCycle.toFixed(1)} bytes a cycle`);
  });

  it.each([
    [
      'a set of ids',
      () => {
        const ids = new Set<string>();
        return (client: CycleClient) => ids.add(client.welcome.peer);
      },
    ],
    [
      'references from each to the one before',
      () => {
        let last: object | undefined;
        return (_client: CycleClient) => (last = { last });
      },
    ],
    [
      'listeners in an array',
      () => {
        const listeners: (() => string)[] = [];
        return (client: CycleClient) => listeners.push(() => client.welcome.peer);
      },
    ],
  ])('fails the same measure with a leak planted on purpose: %s', async (_what, plant) => {
    const growth = await growthOf(3_000, plant());
    expect(growth.bytesPerCycle).toBeGreaterThan(TOLERATED_BYTES_PER_CYCLE);
  });
});

const uws = load();

describe.each<[string, Listen | undefined]>([
  ['uWebSockets.js', uws.ok ? listenWith(uws.library) : undefined],
  ['ws', listenWithWs],
])('the memory of a node with real sockets of %s', (_name, listen) => {
  it.runIf(listen)('holds nothing after 1,000 cycles of every way to end', async () => {
    const clock = new SkippingClock();
    const world = await startMemoryNodes(clock);
    const idleTimers = clock.timersForTesting;
    const stage = await listenTo(world, listen!);
    try {
      await live(stage, 1_000, { atOnce: 40, slowReaders: 20 });
      await until('every session to be over', () => {
        expect(sessionsOf(world)).toBe(0);
        return true;
      });
      clock.skip(LAPSED_MS);
      await until('nothing to be left', () => {
        expect(world.leftovers()).toEqual({});
        expect(clock.timersForTesting).toBeLessThanOrEqual(idleTimers);
        return true;
      });
    } finally {
      await stage.stop();
    }
    expect(clock.timersForTesting).toBe(0);
  });
});

/** Runs so many cycles, and tells what the heap grew by. */
async function growthOf(
  cycles: number,
  plant: (client: CycleClient) => unknown = () => {},
): Promise<{ readonly bytesPerCycle: number }> {
  const clock = new FakeClock(1_700_000_000_000);
  const pump = { stepMs: 20 };
  const pumping = (async () => {
    while (pump.stepMs > 0) await clock.advance(pump.stepMs);
  })();
  const world = await startMemoryNodes(clock);
  const timers = clock.timersForTesting;
  const stage = stageOf(world, clock, plant);
  const round = async (count: number) => {
    await live(stage, count, { atOnce: 60, slowReaders: Infinity });
    await until('every session to be over', () => sessionsOf(world) === 0);
    const lapsedAtMs = clock.nowMs() + LAPSED_MS;
    pump.stepMs = 1_000;
    await until('everything to lapse', () => clock.nowMs() > lapsedAtMs, 60_000);
    pump.stepMs = 20;
    expect(world.leftovers()).toEqual({});
    expect(clock.timersForTesting).toBeLessThanOrEqual(timers + 2);
    return heapInUseBytes();
  };
  const heaps = [await round(500)];
  for (let third = 0; third < 3; third += 1) heaps.push(await round(cycles / 3));
  await Promise.all(world.nodes.map((node) => node.stop()));
  pump.stepMs = 0;
  await pumping;
  expect(clock.timersForTesting).toBe(0);
  const growths = heaps.slice(1).map((heap, index) => heap - heaps[index]!);
  // Of three, because now and then the test runner itself takes or gives back a few hundred kilobytes at once.
  const [, medianBytes = 0] = growths.sort((a, b) => a - b);
  return { bytesPerCycle: medianBytes / (cycles / 3) };
}

/** So many cycles, each name in turn, some at once. */
async function live<Client extends CycleClient>(
  stage: CycleStage<Client>,
  count: number,
  { atOnce, slowReaders }: { readonly atOnce: number; readonly slowReaders: number },
): Promise<void> {
  let next = 0;
  let slow = 0;
  const one = async () => {
    while (next < count) {
      const n = next++;
      const turn = NAMES[n % NAMES.length] ?? 'bye';
      // Megabytes go into the buffers of the kernel before a real socket is full.
      const name = turn === 'slow reader' && ++slow > slowReaders ? 'bye' : turn;
      await CYCLES[name](stage, n).catch((error: unknown) => {
        throw new Error(`cycle ${n}, ${name}: ${String(error)}`, { cause: error });
      });
    }
  };
  await Promise.all(Array.from({ length: atOnce }, one));
}

/** Cycles without a network. */
function stageOf(
  { nodes }: MemoryNodes,
  clock: FakeClock,
  plant: (client: CycleClient) => unknown,
): CycleStage<FakeClient> {
  const at = (node: number) => nodes[node % nodes.length]!;
  return {
    async connect(node, token = 'somebody') {
      // No two connect at the same time: of two claims the later one wins.
      await new Promise<void>((resolve) => clock.after(1, resolve));
      const client = await FakeClient.connect(at(node), token);
      plant(client);
      return client;
    },
    open: (node) => FakeClient.open(at(node), 'somebody'),
    abandon: (node) => FakeClient.abandon(at(node)),
    sendBinary: (client) => client.sendBinary(),
    stall: (client) => void (client.isStalled = true),
  };
}

/** The same nodes behind real sockets. */
async function listenTo(
  { nodes }: MemoryNodes,
  listen: Listen,
): Promise<CycleStage<RawClient> & { stop(): Promise<void> }> {
  const servers = await Promise.all(
    nodes.map((node) =>
      listen(
        {
          host: '127.0.0.1',
          port: 0,
          maxMessageBytes: 65_536,
          maxBackpressureBytes: 65_536,
          proxyProtocol: false,
        },
        { upgrade: (request) => node.upgrade(request), http: async () => node.health() },
      ),
    ),
  );
  const portOf = (node: number) => servers[node % servers.length]!.port;
  const url = (node: number) => `ws://127.0.0.1:${portOf(node)}`;
  return {
    connect: (node, token = 'somebody') => RawClient.connect(url(node), { token }),
    open: (node) => RawClient.open(url(node), { token: 'somebody' }),
    async abandon(node) {
      const wire = dial(portOf(node), '127.0.0.1');
      await once(wire, 'connect');
      wire.write(HANDSHAKE, () => wire.resetAndDestroy());
      await once(wire, 'close');
    },
    sendBinary: ({ socket }) => socket.send(Buffer.from('binary')),
    stall: ({ socket }) => socket.pause(),
    async stop() {
      for (const server of servers) server.stopAccepting();
      await Promise.all(nodes.map((node) => node.stop()));
      await Promise.all(servers.map((server) => server.stop()));
    },
  };
}

/** RFC 6455, 1.3. */
const HANDSHAKE = [
  'GET /v1/connect HTTP/1.1',
  'Host: parley.test',
  'Upgrade: websocket',
  'Connection: Upgrade',
  'Sec-WebSocket-Version: 13',
  'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==',
  'Authorization: Bearer somebody',
  '',
  '',
].join('\r\n');

const sessionsOf = ({ nodes }: MemoryNodes) =>
  nodes.reduce((count, node) => count + node.status().sessions, 0);
