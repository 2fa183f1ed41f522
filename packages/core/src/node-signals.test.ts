import { afterEach, describe, expect, it } from 'vitest';
import { LIMITS } from './limits.ts';
import type { Letter } from './streams.ts';
import {
  answersTo,
  connect,
  expectNothingPending,
  expectProtocol,
  has,
  joined,
  two,
} from './testing/node.ts';

afterEach(expectProtocol);

describe('a signal', () => {
  it.each(['the same node', 'another node'])(
    'reaches a peer of %s, stamped with its sender, in order',
    async (where) => {
      const { clock, a, b } = await two();
      const alice = await joined(a, 'alice');
      const bob = await joined(where === 'the same node' ? a : b, 'bob');
      await clock.advance(100);
      for (let n = 0; n < 20; n += 1)
        alice.say({ type: 'signal', room: 'stage', to: 'bob', custom: n, id: n });
      await clock.advance(100);
      const signals = bob.heard.filter(({ type }) => type === 'signal');
      expect(signals.map((each) => 'custom' in each && each.custom)).toEqual([...Array(20).keys()]);
      expect(signals[0]).toMatchObject({ from: 'alice', room: 'stage' });
    },
  );

  it('between peers of one node needs no directory', async () => {
    const { clock, a } = await two();
    const [alice, bob] = [await joined(a, 'alice'), await joined(a, 'bob')];
    a.gate.isShut = true;
    await clock.advance(10_000);
    alice.say({ type: 'signal', room: 'stage', to: 'bob', custom: 1, id: 1 });
    expect(bob.story.at(-1)).toBe('signal');
    expect(alice.last('delivered')).toMatchObject({ re: 1 });
  });

  it('to another node while the directory does not answer is refused at once', async () => {
    const { clock, a, b } = await two();
    const alice = await joined(a, 'alice');
    await joined(b, 'bob');
    await clock.advance(100);
    a.gate.isShut = true;
    await clock.advance(2_500);
    alice.say({ type: 'signal', room: 'stage', to: 'bob', custom: 1, id: 1 });
    expect(alice.last('error')).toMatchObject({ re: 1, code: 'cluster-unavailable' });
  });

  it('never comes before the news of its sender, also when that news was lost', async () => {
    const { clock, world, a, b } = await two();
    const alice = await joined(a, 'alice');
    world.fate = (_from, _to, envelopes) => (has(envelopes, 'room') ? 'lost' : 0);
    const bob = await joined(b, 'bob');
    await clock.flush();
    world.fate = () => 0;
    for (let n = 1; n <= 3; n += 1) bob.say({ type: 'signal', room: 'stage', to: 'alice', custom: n, id: n });
    await clock.advance(1_000);
    expect(alice.story.slice(2)).toEqual(['peer-joined bob', 'signal', 'signal', 'signal']);
    expect(bob.heard.filter(({ type }) => type === 'delivered')).toHaveLength(3);
    expectNothingPending(a, b);
  });

  it('waits for the room to be read that was asked for after it came, not for an answer that was under way', async () => {
    const { clock, world, a, b } = await two();
    const alice = await joined(a, 'alice');
    // Alice's node reads the room, and the answer is slow; meanwhile bob joins, that news is lost, and he signals.
    a.gate.next('update', 'held');
    alice.say({ type: 'update', room: 'stage', meta: 1 });
    await clock.flush();
    world.fate = (_from, _to, envelopes) => (has(envelopes, 'room') ? 'lost' : 0);
    const bob = await joined(b, 'bob');
    world.fate = () => 0;
    bob.say({ type: 'signal', room: 'stage', to: 'alice', custom: 1, id: 1 });
    await clock.advance(50);
    a.gate.open();
    await clock.advance(500);
    expect(answersTo(bob, 1)).toEqual(['delivered']);
    expect(alice.story.filter((each) => each === 'peer-joined bob')).toHaveLength(1);
  });

  it('from one who is no member is refused at the far end, once the room was read', async () => {
    const { clock, world, a } = await two();
    const alice = await joined(a, 'alice');
    const rogue = await world.ground('node-rogue').start();
    await clock.advance(2_000);
    const outcomes: string[] = [];
    const send = (toSession: string, room = 'stage') => {
      const signal = { kind: 'signal', room: `main/${room}`, from: 'mallory', fromSession: 'm', to: 'alice' };
      const letter = { ...signal, toSession, text: '{"type":"pong"}' } as unknown as Letter;
      rogue.streams.send(a.node.options.node, letter, (outcome) => outcomes.push(outcome));
    };
    const reads = a.gate.count('assert');
    const { session = '' } = alice.last('welcome') ?? {};
    send(session);
    await clock.advance(100);
    expect(outcomes).toEqual(['not-in-room']);
    expect(a.gate.count('assert')).toBe(reads + 1);
    send('a session that is not here');
    send(session, 'a room in which nobody of that node sits');
    await clock.advance(100);
    expect(outcomes).toEqual(['not-in-room', 'gone', 'not-in-room']);
    expect(alice.story).toEqual(['welcome', 'joined']);
    expectNothingPending(a);
  });

  it('that was not delivered is said so, and what nobody knows is said to be unknown', async () => {
    const { clock, world, a, b } = await two();
    const [alice, bob] = [await joined(a, 'alice'), await joined(b, 'bob')];
    await clock.advance(100);
    world.fate = (_from, _to, envelopes) => (has(envelopes, 'signal') ? 'lost' : 0);
    alice.say({ type: 'signal', room: 'stage', to: 'bob', custom: 1, id: 1 });
    await clock.advance(2_000);
    expect(answersTo(alice, 1)).toEqual(['error delivery-timeout']);

    world.fate = () => 0;
    bob.say({ type: 'leave', room: 'stage' });
    alice.say({ type: 'signal', room: 'stage', to: 'bob', custom: 2, id: 2 });
    await clock.advance(100);
    expect(answersTo(alice, 2)).toEqual(['error peer-unreachable']);
  });

  it('that its socket did not take waits for the peer, which is away', async () => {
    const { clock, a, b } = await two();
    const [alice, bob] = [await joined(a, 'alice'), await joined(b, 'bob')];
    await clock.advance(100);
    bob.outcome = 'dropped';
    alice.say({ type: 'signal', room: 'stage', to: 'bob', custom: 1, id: 1 });
    await clock.advance(100);
    expect(answersTo(alice, 1)).toEqual(['kept']);
    expect(bob.closedWith).toBe(4001);
    expect(alice.story.at(-2)).toBe('peer-away bob');
  });

  it('is one of so many that may wait for their outcome', async () => {
    const { clock, world, a, b } = await two();
    const alice = await joined(a, 'alice');
    await joined(b, 'bob');
    await clock.advance(100);
    world.fate = () => 'lost';
    for (let n = 0; n <= LIMITS.pendingPerSession; n += 1)
      alice.say({ type: 'signal', room: 'stage', to: 'bob', custom: n, id: n });
    expect(alice.last('error')).toMatchObject({ re: LIMITS.pendingPerSession, code: 'rate-limited' });
    expect(alice.heard.filter(({ type }) => type === 'error')).toHaveLength(1);
    await clock.advance(2_500);
    world.fate = () => 0;
    alice.say({ type: 'signal', room: 'stage', to: 'bob', custom: 'again', id: 'again' });
    await clock.advance(100);
    expect(answersTo(alice, 'again')).toEqual(['delivered']);
  });
});

describe('a match', () => {
  it('is announced to each member once, with the others in it, and they can signal', async () => {
    const { clock, a, b } = await two();
    const [alice, bob] = [await connect(a, 'alice'), await connect(b, 'bob')];
    for (const socket of [alice, bob]) socket.say({ type: 'match', queue: 'chess', id: 1 });
    await clock.advance(500);
    for (const socket of [alice, bob]) expect(socket.story).toEqual(['welcome', 'waiting', 'joined']);
    const { room = '', peers = [] } = alice.last('joined') ?? {};
    expect(peers.map(({ peer }) => peer)).toEqual(['bob']);
    alice.say({ type: 'signal', room, to: 'bob', custom: 1, id: 2 });
    await clock.advance(100);
    expect(answersTo(alice, 2)).toEqual(['delivered']);
  });

  it('that is not found in time is given up', async () => {
    const { clock, a } = await two();
    const alice = await connect(a, 'alice');
    alice.say({ type: 'match', queue: 'chess', timeoutMs: 1_000 });
    await clock.advance(5_000);
    expect(alice.story).toEqual(['welcome', 'waiting', 'error match-timeout']);
  });
});
