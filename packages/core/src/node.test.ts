import { afterEach, describe, expect, it } from 'vitest';
import { outgoing } from '@parley/protocol';
import type { Envelope } from './envelope.ts';
import { LIMITS } from './limits.ts';
import type { NodeOptions } from './options.ts';
import { Unavailable } from './ports/directory.ts';
import type { Letter } from './streams.ts';
import { Cluster, type TestNode } from './testing/cluster.ts';
import type { FakeSocket } from './testing/fake-socket.ts';
import { ratesOf } from './testing/samples.ts';
import { AWAY_MS } from './testing/world.ts';

const sockets: FakeSocket[] = [];

/** Whatever a test is about: what clients are sent is what the protocol says. */
afterEach(() => {
  for (const message of sockets.splice(0).flatMap(({ heard }) => heard)) outgoing.parse(message);
});

describe('a connection', () => {
  it('is welcome once its claim stands, and what it said before is handled then', async () => {
    const { clock, a } = await two();
    a.gate.next('claim', 'held');
    const alice = await a.open('alice');
    alice.say({ type: 'ping', id: 1 });
    await clock.advance(100);
    expect(alice.heard).toEqual([]);
    a.gate.open();
    await clock.flush();
    expect(alice.story).toEqual(['welcome', 'pong']);
  });

  it('is sent away with a code that says to come back when the directory does not answer', async () => {
    const { clock, a } = await two();
    a.gate.next('claim', 'lost');
    const alice = await a.connect('alice');
    expect(alice.ending).toEqual({ code: 4003, reason: 'cluster-unavailable retry=2000' });
    alice.drop(4003);
    await clock.advance(10_000);
    expectNothingLeft(a);
  });

  it('that loses against a later one while connecting is told so, and not that it was replaced', async () => {
    const { clock, a, b } = await two();
    a.gate.next('claim', 'held');
    const early = await a.open('alice');
    await clock.advance(10);
    const late = await b.connect('alice');
    a.gate.open();
    await clock.flush();
    expect(early.closedWith).toBe(4002);
    expect(late.story).toEqual(['welcome']);
  });

  it('is replaced by a later one of the same peer, and its seats go', async () => {
    const { clock, a, b } = await two();
    const bob = await joined(a, 'bob');
    const early = await joined(a, 'alice');
    await clock.advance(10);
    const late = await b.connect('alice');
    await clock.advance(100);
    expect(early.closedWith).toBe(4200);
    expect(late.closedWith).toBeUndefined();
    expect(bob.last('peer-left')).toMatchObject({ peer: 'alice', reason: 'replaced' });
  });

  it('is closed when its token expires, and not when it was refreshed', async () => {
    const { clock, a } = await two();
    const [alice, bob] = [await a.connect('short-alice'), await a.connect('short-bob')];
    await clock.advance(50_000);
    for (const socket of [alice, bob]) socket.listener?.alive();
    alice.say({ type: 'refresh', token: 'short-alice~0123456789', id: 1 });
    bob.say({ type: 'refresh', token: 'short-alice~0123456789', id: 1 });
    await clock.advance(20_000);
    expect(alice.last('refreshed')).toMatchObject({ re: 1, expiresInMs: 60_000 });
    expect(alice.closedWith).toBeUndefined();
    expect(bob.last('error')).toMatchObject({ re: 1, code: 'not-allowed' });
    expect(bob.closedWith).toBe(4100);
  });
});

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

describe('a limited node', () => {
  it('tells a refresh that the keys cannot be had, and the session goes on', async () => {
    const { clock, a } = await two();
    const alice = await connect(a, 'alice');
    alice.say({ type: 'refresh', token: 'keyless~0123456789', id: 1 });
    await clock.advance(10);
    expect(alice.last('error')).toMatchObject({ re: 1, code: 'keys-unavailable', retryAfterMs: 1_500 });
  });

  it('ends a session that has lived long enough, up to a tenth earlier', async () => {
    const { clock, a } = await two({ maxSessionLifetimeMs: 100_000, heartbeatTimeoutMs: 900_000 });
    const [alice, bob] = [await connect(a, 'alice'), await connect(a, 'bob')];
    await clock.advance(89_000);
    expect([alice.closedWith, bob.closedWith]).toEqual([undefined, undefined]);
    await clock.advance(12_000);
    expect([alice.closedWith, bob.closedWith]).toEqual([4006, 4006]);
  });

  it('lets nobody ask for more matches than it may, and an `unmatch` behind a `match` finds it', async () => {
    const { clock, a } = await two({ rates: ratesOf({ match: 2 }) });
    const alice = await connect(a, 'alice');
    for (let id = 1; id <= 3; id += 1) {
      alice.say({ type: 'match', queue: 'any', id });
      alice.say({ type: 'unmatch', queue: 'any', id: `un ${id}` });
      await clock.advance(10);
    }
    expect([1, 2, 3].map((id) => answersTo(alice, id))).toEqual([
      ['waiting'],
      ['waiting'],
      ['error rate-limited'],
    ]);
    expect([1, 2].map((id) => answersTo(alice, `un ${id}`))).toEqual([['unmatched'], ['unmatched']]);
  });

  it('tells every client what it may, and nothing of what is switched off', async () => {
    const budgets = { burst: 10, perSecond: 5, burstBytes: 0, bytesPerSecond: 9, changesPerMinute: 0 };
    const { a } = await two({ budgets, rates: ratesOf({ join: 7, match: 0 }) });
    const { limits } = (await connect(a, 'alice')).last('welcome') ?? {};
    expect(limits).toMatchObject({ signalBurst: 10, signalsPerSecond: 5, joinsPerMinute: 7 });
    expect(limits).not.toHaveProperty('signalBurstBytes');
    expect(limits).not.toHaveProperty('matchesPerMinute');
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

async function two(more: Partial<NodeOptions> = {}) {
  const cluster = new Cluster();
  const [a, b] = [await cluster.node('node-a', more), await cluster.node('node-b', more)];
  await cluster.world.clock.advance(2_000);
  return { world: cluster.world, clock: cluster.world.clock, a, b };
}

async function connect(node: TestNode, peer: string): Promise<FakeSocket> {
  const socket = await node.connect(peer);
  sockets.push(socket);
  return socket;
}

/** A client that sits on the stage. */
async function joined(node: TestNode, peer: string): Promise<FakeSocket> {
  const socket = await connect(node, peer);
  socket.say({ type: 'join', room: 'stage' });
  for (let i = 0; i < 10 && !socket.last('joined'); i += 1) await node.flush();
  expect(socket.last('joined')).toBeDefined();
  return socket;
}

const answersTo = ({ heard }: FakeSocket, id: number | string) =>
  heard.filter((message) => 're' in message && message.re === id).map(nameOf);

const nameOf = (message: FakeSocket['heard'][number]) =>
  message.type === 'error' ? `error ${message.code}` : message.type;

const has = (envelopes: readonly Envelope[], kind: Envelope['kind']) =>
  envelopes.some((each) => each.kind === kind);

function expectNothingLeft({ node }: TestNode): void {
  expect(Object.entries(node.leftoversForTesting()).filter(([, count]) => count !== 0)).toEqual([]);
}

function expectNothingPending(...nodes: TestNode[]): void {
  for (const { node } of nodes) {
    const { held, pendingReceipts, writing } = node.leftoversForTesting();
    expect([held, pendingReceipts, writing]).toEqual([0, 0, 0]);
  }
}

async function readStage({ directory }: Cluster['world']) {
  const facts = { epoch: '9', capacity: 2, code: false };
  const reading = { lost: [], awayMs: AWAY_MS, mercyUntilMs: 0 };
  const onlooker = { node: 'onlooker' as never, seats: [], lifeMs: 1, reading, notAfterMs: Infinity };
  return (await directory.rooms.assert({ key: 'main/stage' as never, facts, ...onlooker })).room;
}
