import { describe, expect, it } from 'vitest';
import { Cluster } from './testing/cluster.ts';
import type { FakeSocket } from './testing/fake-socket.ts';

const WINDOW_MS = 20_000;

describe('a node that drains', () => {
  it('gives each session a time of its own, spread over the window', async () => {
    const { drain, sockets } = await start(10);
    void drain();
    const times = sockets.map(timeOf).toSorted((a, b) => a - b);
    expect(times).toEqual(Array.from({ length: 10 }, (_, place) => place * 1_800));
  });

  it('gives the first who came no earlier time than others', async () => {
    const { drain, sockets } = await start(20);
    void drain();
    const times = sockets.map(timeOf);
    expect(times).not.toEqual(times.toSorted((a, b) => a - b));
  });

  it('closes nobody before its time and a moment more, and then whoever has not moved, one after the other', async () => {
    const { drain, sockets, clock } = await start(10);
    void drain();
    const closedAt = new Map<FakeSocket, number>();
    for (let ms = 0; ms <= WINDOW_MS; ms += 250) {
      for (const socket of sockets)
        if (socket.closedWith === 4000 && !closedAt.has(socket)) closedAt.set(socket, ms);
      await clock.advance(250);
    }
    for (const socket of sockets) {
      const lateMs = (closedAt.get(socket) ?? Infinity) - timeOf(socket);
      expect(lateMs).toBeGreaterThanOrEqual(2_000);
      expect(lateMs).toBeLessThanOrEqual(2_750);
    }
  });

  it('is done when the last one has moved, and does not wait for the end', async () => {
    const { drain, sockets, clock } = await start(3);
    const done = drain();
    for (const socket of sockets) socket.drop(1000);
    await clock.advance(100);
    expect(await done).toBeLessThanOrEqual(100);
  });

  it('takes nobody in, and is not ready', async () => {
    const { drain, node } = await start(1);
    void drain();
    expect(node.node.isReady).toBe(false);
    await expect(node.open('late')).rejects.toThrow('503');
  });

  it('goes on relaying for who is still there', async () => {
    const { drain, sockets, clock } = await start(2);
    const [alice, bob] = sockets as [FakeSocket, FakeSocket];
    for (const socket of sockets) socket.say({ type: 'join', room: 'stage' });
    await clock.advance(10);
    void drain();
    alice.say({ type: 'signal', room: 'stage', to: 'peer-1', custom: 1, id: 1 });
    await clock.advance(10);
    expect([alice.last('delivered')?.re, bob.last('signal')?.custom]).toEqual([1, 1]);
  });
});

async function start(count: number) {
  const cluster = new Cluster();
  const { clock } = cluster.world;
  const node = await cluster.node('node-a');
  const sockets: FakeSocket[] = [];
  for (let n = 0; n < count; n += 1) sockets.push(await node.connect(`peer-${n}`));
  /** Resolves with how long it took. */
  const drain = async () => {
    const startedMs = clock.nowMs();
    await node.node.drain(WINDOW_MS);
    return clock.nowMs() - startedMs;
  };
  return { clock, node, sockets, drain };
}

const timeOf = (socket: FakeSocket) => socket.last('going-away')?.reconnectAfterMs ?? Number.NaN;
