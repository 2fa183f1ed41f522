import { describe, expect, it } from 'vitest';
import type { RoomId } from '@parley/protocol';
import { back, joined, start, welcomeOf } from './testing/coming-back.ts';
import type { FakeSocket } from './testing/fake-socket.ts';

describe('who comes back with a credential that does not allow all its rooms any more', () => {
  it('gives up those, and the others hear that it has left; the rest it has', async () => {
    const { cluster, clock, a, b, comeBack } = await two();
    const [alice, carol] = [await joined(cluster, a, 'alice'), await joined(cluster, a, 'carol', ['hall'])];
    const bob = await joined(cluster, b, 'bob', ['stage', 'hall']);
    const again = await comeBack(bob, 'bob~hall-only');
    expect(roomsOf(again)).toEqual(['hall']);
    expect(alice.last('peer-left')).toMatchObject({ peer: 'bob', reason: 'left' });
    expect([alice.story.at(-1), carol.story.at(-1)]).toEqual(['peer-left bob', 'peer-back bob']);
    again.say({ type: 'signal', id: 1, room: 'stage', to: 'alice', custom: 'hello' });
    await clock.advance(50);
    expect([again.story.at(-1), alice.last('signal')]).toEqual(['error not-in-room', undefined]);
  });

  it('has them all with one that does', async () => {
    const { cluster, a, b, comeBack } = await two();
    const alice = await joined(cluster, a, 'alice');
    const again = await comeBack(await joined(cluster, b, 'bob', ['stage', 'hall']), 'bob~another');
    expect(roomsOf(again)).toEqual(['stage', 'hall']);
    expect(alice.story.at(-1)).toBe('peer-back bob');
  });

  it('keeps a room that has a code only if it may have codes', async () => {
    const { clock, a, comeBack } = await two();
    const bob = await a.connect('bob');
    bob.say({ type: 'join' });
    await clock.advance(50);
    const code = bob.last('joined')?.room;
    const allowed = await comeBack(bob, 'bob~codes-only');
    expect(roomsOf(allowed)).toEqual([code]);
    expect(roomsOf(await comeBack(allowed, 'bob~hall-only'))).toEqual([]);
  });

  it('keeps the room of a match, which no credential names', async () => {
    const { clock, a, b, comeBack } = await two();
    const [alice, bob] = [await a.connect('alice'), await b.connect('bob')];
    for (const socket of [alice, bob]) socket.say({ type: 'match', queue: 'chess' });
    await clock.advance(500);
    const again = await comeBack(bob, 'bob~hall-only');
    expect(roomsOf(again)).toEqual([alice.last('joined')?.room]);
    expect(alice.story.at(-1)).toBe('peer-back bob');
  });
});

/** Two nodes, and clients that drop and come back to the first of them. */
async function two() {
  const world = await start();
  const { cluster, clock, a } = world;
  const comeBack = async (socket: FakeSocket, token: string) => {
    const { resume } = welcomeOf(socket);
    socket.drop();
    await clock.advance(50);
    const again = await back(cluster, a, token, resume);
    await clock.advance(50);
    expect(welcomeOf(again).resumed).toBe(true);
    return again;
  };
  return { ...world, comeBack };
}

const roomsOf = (socket: FakeSocket): RoomId[] => (welcomeOf(socket).rooms ?? []).map(({ room }) => room);
