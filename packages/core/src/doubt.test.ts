import { describe, expect, it } from 'vitest';
import { LIMITS } from './limits.ts';
import type { FakeSocket } from './testing/fake-socket.ts';
import { joined, start } from './testing/coming-back.ts';

const SLEPT_MS = 120_000;
const ROUND_MS = 5_000;
const USUAL = { heartbeatTimeoutMs: 60_000 };

describe('a node that slept', () => {
  it('asks everybody for a life sign at once, and ends who gives none within a few seconds', async () => {
    const { clock, sleep, alice, bob } = await two();
    const pings = [alice.pings, bob.pings];
    sleep();
    await clock.advance(ROUND_MS);
    expect([alice.pings, bob.pings]).toEqual(pings.map((count) => count + 1));
    expect([alice.closedWith, bob.closedWith]).toEqual([undefined, undefined]);
    alice.listener?.alive();
    await clock.advance(LIMITS.lifeSignMs + ROUND_MS);
    expect([alice.closedWith, bob.closedWith]).toEqual([undefined, 4005]);
  });

  it('leaves away, not lost, whose socket was dead', async () => {
    const { clock, sleep, alice, bob } = await two();
    sleep();
    await clock.advance(ROUND_MS);
    alice.listener?.alive();
    await clock.advance(LIMITS.lifeSignMs + ROUND_MS);
    expect(bob.closedWith).toBe(4005);
    await clock.advance(1_000);
    expect(alice.story.at(-1)).toBe('peer-away bob');
  });
});

describe('a node that was taken for lost, and is back', () => {
  it('says of nobody that it is there before it has shown that it is', async () => {
    const { clock, lose, a, alice, bob, carol } = await two();
    await lose();
    expect(carol.story.slice(-2).toSorted()).toEqual(['peer-away alice', 'peer-away bob']);
    const pings = [alice.pings, bob.pings];
    a.gate.isShut = false;
    await clock.advance(LIMITS.beatIntervalMs);
    expect([alice.pings, bob.pings]).toEqual(pings.map((count) => count + 1));
    const told = carol.heard.length;
    const asserted = a.gate.count('assert');
    await clock.advance(2_000);
    expect([carol.heard.length, a.gate.count('assert')]).toEqual([told, asserted]);

    for (const socket of [alice, bob]) socket.listener?.alive();
    await clock.advance(10_000);
    expect(carol.story.slice(told).toSorted()).toEqual(['peer-back alice', 'peer-back bob']);
    expect([alice.closedWith, bob.closedWith]).toEqual([undefined, undefined]);
  });

  it('says so of those who have, though others of the same room never will', async () => {
    const { clock, lose, a, alice, bob, carol } = await two();
    await lose();
    a.gate.isShut = false;
    await clock.advance(LIMITS.beatIntervalMs);
    alice.listener?.alive();
    await clock.advance(20_000);
    expect([alice.closedWith, bob.closedWith]).toEqual([undefined, 4005]);
    expect(carol.story.filter((each) => each.startsWith('peer-back'))).toEqual(['peer-back alice']);
    expect(carol.story.filter((each) => each.startsWith('peer-left'))).toEqual([]);
  });
});

describe('a node that did not sleep', () => {
  it('doubts nobody, however busy it was for a moment', async () => {
    const { clock, sleep, alice } = await two();
    const { pings } = alice;
    sleep(LIMITS.lifeSignMs - 500);
    await clock.advance(ROUND_MS);
    expect(alice.pings).toBe(pings);
  });
});

/** Alice and bob on the stage of one node, which may sleep: time passes, and nothing is done in it. Carol, at another one, looks on. */
async function two() {
  const { cluster, world, clock, a, b } = await start(USUAL);
  const sockets: [FakeSocket, FakeSocket] = [
    await joined(cluster, a, 'alice'),
    await joined(cluster, a, 'bob'),
  ];
  const [alice, bob] = sockets;
  const carol = await joined(cluster, b, 'carol');
  const awakeMs = world.clock.nowMs.bind(world.clock);
  const sleep = (ms = SLEPT_MS) => void (world.clock.nowMs = () => awakeMs() + ms);
  /** The directory is out of reach for it, until the others take it for lost. */
  const lose = () => {
    a.gate.isShut = true;
    return clock.advance(LIMITS.beatLifeMs + LIMITS.beatIntervalMs * 2);
  };
  return { clock, a, alice, bob, carol, sleep, lose };
}
