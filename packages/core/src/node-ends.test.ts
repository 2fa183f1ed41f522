import { afterEach, describe, expect, it } from 'vitest';
import { LIMITS } from './limits.ts';
import { Unavailable } from './ports/directory.ts';
import type { FakeSocket } from './testing/fake-socket.ts';
import {
  answersTo,
  connect,
  expectNothingLeft,
  expectProtocol,
  joined,
  readStage,
  two,
} from './testing/node.ts';
import { AWAY_MS } from './testing/world.ts';

afterEach(expectProtocol);

describe('a handler with a bug', () => {
  it('costs its own session, closed as internal, and nobody else’s', async () => {
    const { clock, a } = await two();
    const [alice, bob] = [await joined(a, 'alice'), await joined(a, 'bob')];
    a.limits.next('draw', new TypeError('a bug'));
    alice.say({ type: 'join', room: 'other', id: 1 });
    await clock.advance(100);
    expect(alice.closedWith).toBe(1011);
    expect(a.log.errors).toMatchObject([{ event: 'handler-failed', type: 'join' }]);
    expect(bob.closedWith).toBeUndefined();
    expect(bob.story.at(-1)).toBe('peer-away alice');
    bob.say({ type: 'ping', id: 1 });
    expect(answersTo(bob, 1)).toEqual(['pong']);
  });

  it('costs no session when it was only the limiter that could not be asked; but guessing codes must wait', async () => {
    const { clock, a } = await two();
    const alice = await connect(a, 'alice');
    a.limits.next('draw', new Unavailable('slow'), new Unavailable('slow'));
    alice.say({ type: 'join', room: 'stage', id: 1 });
    await clock.advance(10);
    alice.say({ type: 'join', room: 'ABCD-2345', id: 2 });
    await clock.advance(10);
    expect(answersTo(alice, 1)).toEqual(['joined']);
    expect(answersTo(alice, 2)).toEqual(['error cluster-unavailable']);
  });
});

describe('a session that ends', () => {
  const ends: Record<string, (socket: FakeSocket) => void> = {
    bye: (socket) => socket.say({ type: 'bye' }),
    'a close of the client': (socket) => socket.drop(1000),
    'a drop': (socket) => socket.drop(),
    'reading too slowly': (socket) => {
      socket.outcome = 'dropped';
      socket.say({ type: 'ping' });
    },
    'a binary frame': (socket) => socket.listener?.binary(),
  };

  it.each(Object.entries(ends))('by %s leaves nothing behind, wherever it stood', async (_title, end) => {
    const { clock, world, a } = await two();
    const deeds: object[][] = [
      [],
      [{ type: 'join', room: 'stage' }],
      [{ type: 'join' }, { type: 'match', queue: 'chess', timeoutMs: 600_000 }],
      [
        { type: 'join', room: 'stage' },
        { type: 'leave', room: 'stage' },
        { type: 'join', room: 'stage' },
      ],
    ];
    for (const deed of deeds) {
      for (const isInFlight of [false, true]) {
        const socket = isInFlight ? await a.open('alice') : await a.connect('alice');
        for (const message of deed) socket.say(message);
        if (!isInFlight) await clock.advance(100);
        end(socket);
        await clock.advance(1_000);
        socket.drop();
      }
    }
    await clock.advance(5_000);
    expectNothingLeft(a);
    // Nobody has to remember those who are away: what waits for them ends by itself.
    await clock.advance(AWAY_MS + LIMITS.lifeBeyondResumeMs);
    const { rooms, queues } = world.directory.sizesForTesting();
    // A minted code stays good while its host is away.
    expect([rooms <= 2, queues]).toEqual([true, 0]);
  });

  it('while its new token is looked at, or its budget, has nothing set or taken for it afterwards', async () => {
    const { clock, a } = await two();
    const [alice, bob] = [await connect(a, 'short-alice'), await connect(a, 'bob')];
    a.tokens.next('verify', 'held');
    a.limits.next('draw', 'held');
    alice.say({ type: 'refresh', token: 'short-alice~0123456789' });
    bob.say({ type: 'join', room: 'stage' });
    await clock.flush();
    for (const socket of [alice, bob]) socket.drop();
    a.tokens.open();
    a.limits.open();
    await clock.advance(1_000);
    expectNothingLeft(a);
    expect(a.gate.count('join')).toBe(0);
  });

  it('says to the others whether it left, is lost or only away', async () => {
    const { clock, a } = await two();
    const bob = await joined(a, 'bob');
    for (const [end, expected] of [
      ['bye', { type: 'peer-left', reason: 'left' }],
      ['a close of the client', { type: 'peer-left', reason: 'left' }],
      ['a binary frame', { type: 'peer-left', reason: 'lost' }],
      ['a drop', { type: 'peer-away' }],
      ['reading too slowly', { type: 'peer-away' }],
    ] as const) {
      const alice = await joined(a, 'alice');
      ends[end]?.(alice);
      await clock.advance(100);
      expect([end, bob.heard.at(-1)]).toMatchObject([end, { peer: 'alice', ...expected }]);
    }
  });
});

describe('a node that stops', () => {
  it('closes its sessions so that they come back elsewhere, puts them away, and takes nobody in', async () => {
    const { clock, world, a, b } = await two();
    const bob = await joined(b, 'bob');
    const alice = await joined(a, 'alice');
    await clock.advance(100);
    const stopping = a.node.stop();
    await clock.advance(2_000);
    await stopping;
    expect(alice.closedWith).toBe(4000);
    alice.drop(4000);
    await expect(a.open('carol')).rejects.toThrow('503');
    expect(bob.story.at(-1)).toBe('peer-away alice');
    expect(b.node.membership.state('node-a' as never)).toBe('gone');
    expectNothingLeft(a);
    expect((await readStage(world)).seats).toMatchObject([
      { peer: 'bob' },
      { peer: 'alice', awayUntilMs: expect.any(Number) },
    ]);
  });

  it('stops in time when the directory does not answer', async () => {
    const { clock, a } = await two();
    await joined(a, 'alice');
    a.gate.isShut = true;
    let stopped = false;
    void a.node.stop().then(() => (stopped = true));
    await clock.advance(3_000);
    expect(stopped).toBe(true);
  });
});
