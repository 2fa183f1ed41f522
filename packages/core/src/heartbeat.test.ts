import { describe, expect, it } from 'vitest';
import { Cluster } from './testing/cluster.ts';
import { optionsOf } from './testing/samples.ts';

const IDLE_MS = 600_000;
const TIMES = optionsOf('any');

describe('life signs', () => {
  it('are asked for every 25 s, once each', async () => {
    const { live, socket } = await start();
    await live(TIMES.heartbeatIntervalMs * 4);
    expect(socket.pings).toBeGreaterThanOrEqual(3);
    expect(socket.pings).toBeLessThanOrEqual(4);
  });

  it('keep a session alive, whichever they are: a pong or a message', async () => {
    const { clock, socket } = await start();
    for (let i = 0; i < 10; i += 1) {
      await clock.advance(TIMES.heartbeatTimeoutMs - 1_000);
      if (i % 2 === 0) socket.listener?.alive();
      else socket.say({ type: 'ping' });
    }
    expect(socket.closedWith).toBeUndefined();
  });

  it('that are missing for a minute end the session', async () => {
    const { clock, socket, node } = await start();
    await clock.advance(TIMES.heartbeatTimeoutMs - 1_000);
    expect(socket.closedWith).toBeUndefined();
    await clock.advance(10_000);
    expect(socket.closedWith).toBe(4005);
    expect(node.leftoversForTesting()['sessions']).toBe(0);
  });

  it('are missed by nobody whose directory does not answer: liveness depends on the socket alone', async () => {
    const { clock, socket, gate } = await start();
    gate.isShut = true;
    for (let i = 0; i < 20; i += 1) {
      await clock.advance(30_000);
      socket.listener?.alive();
    }
    expect(socket.closedWith).toBeUndefined();
    expect(socket.pings).toBeGreaterThan(20);
  });
});

describe('an idle session', () => {
  it('is closed when it was in no room and no queue, and said nothing', async () => {
    const { live, socket } = await start({ idleTimeoutMs: IDLE_MS });
    await live(IDLE_MS - 10_000);
    expect(socket.closedWith).toBeUndefined();
    await live(30_000);
    expect(socket.closedWith).toBe(4004);
  });

  it('is not one that talks, sits in a room or waits; and each of these counts from its end', async () => {
    const { live, socket } = await start({ idleTimeoutMs: IDLE_MS });
    await live(IDLE_MS - 10_000);
    socket.say({ type: 'ping' });
    await live(IDLE_MS - 10_000);
    socket.say({ type: 'join', room: 'stage' });
    await live(IDLE_MS * 2);
    socket.say({ type: 'leave', room: 'stage' });
    await live(IDLE_MS - 10_000);
    socket.say({ type: 'match', queue: 'chess' });
    await live(IDLE_MS * 2);
    expect(socket.closedWith).toBeUndefined();
    socket.say({ type: 'unmatch', queue: 'chess' });
    await live(IDLE_MS + 10_000);
    expect(socket.closedWith).toBe(4004);
  });

  it('is never closed when no time is set', async () => {
    const { live, socket } = await start();
    await live(IDLE_MS * 10);
    expect(socket.closedWith).toBeUndefined();
  });
});

async function start(more: { idleTimeoutMs?: number } = {}) {
  const cluster = new Cluster();
  const { clock } = cluster.world;
  const home = await cluster.node('node-1', more);
  const socket = await home.connect('alice');
  /** Lets time pass in which the client answers every ping. */
  async function live(ms: number): Promise<void> {
    for (let leftMs = ms; leftMs > 0; leftMs -= 20_000) {
      socket.listener?.alive();
      await clock.advance(Math.min(leftMs, 20_000));
    }
  }
  return { clock, node: home.node, gate: home.gate, socket, live };
}
