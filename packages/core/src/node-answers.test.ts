import { afterEach, describe, expect, it } from 'vitest';
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

afterEach(expectProtocol);

describe('every message with an id', () => {
  it('has exactly one answer', async () => {
    const { clock, a, b } = await two();
    const alice = await joined(a, 'alice');
    await joined(b, 'bob');
    const nobody = await connect(a, 'nobody');
    await clock.advance(100);
    const messages: [FakeSocket, object, string][] = [
      [alice, { type: 'ping' }, 'pong'],
      [alice, { type: 'join', room: 'stage' }, 'joined'],
      [alice, { type: 'join' }, 'joined'],
      [alice, { type: 'join', room: 'ABCD-2345' }, 'error room-not-found'],
      [alice, { type: 'join', room: 'void', create: false }, 'error room-not-found'],
      [alice, { type: 'update', room: 'stage', meta: 1 }, 'updated'],
      [alice, { type: 'update', room: 'void', meta: 1 }, 'error not-in-room'],
      [alice, { type: 'leave', room: 'void' }, 'error not-in-room'],
      [alice, { type: 'signal', room: 'stage', to: 'bob', custom: 1 }, 'delivered'],
      [alice, { type: 'signal', room: 'stage', to: 'alice', custom: 1 }, 'error peer-unreachable'],
      [alice, { type: 'signal', room: 'stage', to: 'stranger', custom: 1 }, 'error peer-unreachable'],
      [
        alice,
        { type: 'signal', room: 'stage', to: 'bob', toInstance: 'older', custom: 1 },
        'error peer-unreachable',
      ],
      [alice, { type: 'signal', room: 'void', to: 'bob', custom: 1 }, 'error not-in-room'],
      [alice, { type: 'match', queue: 'chess' }, 'waiting'],
      [alice, { type: 'unmatch', queue: 'chess' }, 'unmatched'],
      [alice, { type: 'unmatch', queue: 'chess' }, 'error not-waiting'],
      [alice, { type: 'refresh', token: 'alice~0123456789' }, 'refreshed'],
      [alice, { type: 'refresh', token: 'expired~0123456789' }, 'error not-allowed'],
      [alice, { type: 'refresh', token: '!' }, 'error bad-message'],
      [alice, { type: 'ice' }, 'ice-servers'],
      [alice, { type: 'nonsense' }, 'error unknown-type'],
      [nobody, { type: 'join', room: 'stage' }, 'error not-allowed'],
      [nobody, { type: 'join' }, 'error not-allowed'],
      [nobody, { type: 'match', queue: 'chess' }, 'error not-allowed'],
      [alice, { type: 'leave', room: 'stage' }, 'left'],
    ];
    for (const [id, [socket, message, expected]] of messages.entries()) {
      socket.say({ ...message, id });
      await clock.advance(100);
      expect([message, ...answersTo(socket, id)]).toEqual([message, expected]);
    }
  });

  it('has exactly one answer, within a second, when the directory does not answer', async () => {
    const { clock, a } = await two();
    const alice = await joined(a, 'alice');
    a.gate.isShut = true;
    const messages = [
      { type: 'join', room: 'other' },
      { type: 'join', room: 'stage' },
      { type: 'join' },
      { type: 'update', room: 'stage', meta: 1 },
      { type: 'match', queue: 'chess' },
    ];
    for (const [id, message] of messages.entries()) alice.say({ ...message, id });
    await clock.advance(1_000);
    for (const id of messages.keys()) expect(answersTo(alice, id)).toEqual(['error cluster-unavailable']);
    await clock.advance(20_000);
    for (const id of messages.keys()) expect(answersTo(alice, id)).toHaveLength(1);
  });

  it('is told when to come back when the directory has lost its data and the room may only not be back yet', async () => {
    const { clock, world, a } = await two();
    const alice = await connect(a, 'alice');
    world.directory.forgetForTesting();
    await clock.advance(2_000.5);
    alice.say({ type: 'join', room: 'stage', id: 1 });
    alice.say({ type: 'join', id: 2 });
    await clock.advance(10);
    expect(answersTo(alice, 1)).toEqual(['error cluster-unavailable']);
    expect(alice.last('error')?.retryAfterMs).toBeGreaterThan(10_000);
    expect(answersTo(alice, 2)).toEqual(['joined']);
  });

  it('has exactly one answer when several about one room are under way at once', async () => {
    const { clock, a } = await two();
    const alice = await a.connect('alice');
    for (const [id, type] of ['join', 'join', 'leave', 'join', 'leave', 'leave', 'join'].entries())
      alice.say({ type, room: 'stage', id });
    await clock.advance(1_000);
    const answers = [0, 1, 2, 3, 4, 5, 6].map((id) => answersTo(alice, id));
    expect(answers).toEqual([['joined'], ['joined'], ['left'], ['joined'], ['left'], ['left'], ['joined']]);
    alice.drop();
    await clock.advance(10_000);
    expectNothingLeft(a);
  });

  it('about a room that is just being joined is answered after the join, and as after it', async () => {
    const { clock, world, a } = await two();
    const bob = await joined(a, 'bob');
    const alice = await connect(a, 'alice');
    a.limits.next('draw', 'held');
    alice.say({ type: 'join', room: 'stage', id: 1 });
    alice.say({ type: 'signal', room: 'stage', to: 'bob', custom: 'hello', id: 2 });
    alice.say({ type: 'update', room: 'stage', meta: 1, id: 3 });
    alice.say({ type: 'leave', room: 'stage', id: 4 });
    await clock.advance(100);
    expect(alice.story).toEqual(['welcome']);
    alice.say({ type: 'join', room: 'elsewhere', id: 5 });
    await clock.advance(100);
    expect(alice.story).toEqual(['welcome', 'joined']);
    a.limits.open();
    await clock.advance(100);
    expect([1, 2, 3, 4].map((id) => answersTo(alice, id))).toEqual([
      ['joined'],
      ['delivered'],
      ['updated'],
      ['left'],
    ]);
    expect(bob.story.slice(2)).toEqual([
      'peer-joined alice',
      'signal',
      'peer-updated alice',
      'peer-left alice',
    ]);
    expect((await readStage(world)).seats.map(({ peer }) => peer)).toEqual(['bob']);
  });

  it('about a room whose join is refused is refused after it', async () => {
    const { clock, a } = await two();
    const alice = await connect(a, 'alice');
    alice.say({ type: 'join', room: 'void', create: false, id: 1 });
    alice.say({ type: 'leave', room: 'void', id: 2 });
    await clock.advance(100);
    expect(alice.story).toEqual(['welcome', 'error room-not-found', 'error not-in-room']);
  });

  it('has no answer but an error when it is a signal without an id, and the error names room and peer', async () => {
    const { clock, a } = await two();
    const alice = await joined(a, 'alice');
    await joined(a, 'bob');
    const before = alice.heard.length;
    alice.say({ type: 'signal', room: 'stage', to: 'bob', custom: 1 });
    alice.say({ type: 'signal', room: 'stage', to: 'stranger', custom: 1 });
    await clock.advance(100);
    expect(alice.heard.slice(before)).toMatchObject([
      { type: 'error', code: 'peer-unreachable', room: 'stage', to: 'stranger' },
    ]);
  });
});
