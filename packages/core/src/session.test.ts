import { describe, expect, it } from 'vitest';
import type { Received } from '@parley/protocol';
import { FakeClock } from './contract/fake-clock.ts';
import { LIMITS } from './limits.ts';
import type { NodeOptions } from './options.ts';
import { type Admitted, Session } from './session.ts';
import type { SessionEnd } from './ports/metrics.ts';
import { optionsOf, requestOf } from './testing/samples.ts';
import { FakeSocket } from './testing/fake-socket.ts';
import { Puppet } from './testing/puppet.ts';
import { quietMetrics } from './testing/quiet.ts';
import { visitorOf } from './visitor.ts';

const WELCOME = { type: 'pong' } as const;

describe('a session', () => {
  it('hears frames before its welcome, and handles them after it, in order', () => {
    const { session, socket, handled } = start();
    say(session, { type: 'ping', id: 1 });
    say(session, { type: 'ping', id: 2 });
    expect(handled).toEqual([]);
    session.open(WELCOME);
    say(session, { type: 'ping', id: 3 });
    expect(handled.map(({ id }) => id)).toEqual([1, 2, 3]);
    expect(socket.heard).toEqual([WELCOME]);
  });

  it('is closed when it sends too many frames before its welcome, and none of them is handled', () => {
    const { session, socket, handled } = start();
    for (let n = 0; n < LIMITS.framesBeforeWelcome; n += 1) say(session, { type: 'ping' });
    expect(socket.closedWith).toBeUndefined();
    say(session, { type: 'ping' });
    session.open(WELCOME);
    expect(socket.closedWith).toBe(4110);
    expect(handled).toEqual([]);
    expect(socket.heard).toEqual([]);
  });

  it('stops handling what waited when one of these frames ends it', () => {
    const { session, socket, owner, handled } = start();
    say(session, { type: 'bye' });
    say(session, { type: 'ping' });
    owner.handle = (each, message) => {
      handled.push(message);
      each.close('normal');
    };
    session.open(WELCOME);
    expect(handled).toHaveLength(1);
    expect(socket.closedWith).toBe(1000);
  });

  it.each([
    ['{', 'bad-message'],
    ['null', 'bad-message'],
    ['[]', 'bad-message'],
    ['{"type":"signal"}', 'bad-message'],
    ['{"type":"nonsense"}', 'unknown-type'],
  ])('answers %s with %s, and lives', (text, code) => {
    const { session, socket } = opened();
    session.message(text, text.length);
    expect(socket.heard.at(-1)).toMatchObject({ type: 'error', code });
    expect(session.ended).toBe(false);
  });

  it('names the id of a bad message when it has one, and never repeats what it said', () => {
    const { session, socket } = opened();
    say(session, { type: 'ping', id: 'x', secret: 'hush' });
    expect(socket.heard.at(-1)).toMatchObject({ re: 'x', code: 'bad-message' });
    expect(JSON.stringify(socket.heard)).not.toMatch(/hush|secret/);
  });

  it('ends with too many bad messages, and not with as many over a longer time', async () => {
    const slow = opened();
    for (let n = 0; n < LIMITS.badMessagesPerMinute * 3; n += 1) {
      slow.session.message('{', 1);
      await slow.clock.advance(60_000 / LIMITS.badMessagesPerMinute);
    }
    expect(slow.socket.closedWith).toBeUndefined();

    const quick = opened();
    for (let n = 0; n <= LIMITS.badMessagesPerMinute; n += 1) quick.session.message('{', 1);
    expect(quick.socket.closedWith).toBe(4203);
  });

  it('ends once, whoever ends it, and then is silent', () => {
    const { session, socket, ends, handled } = opened();
    session.close('kicked');
    session.close('idle');
    session.closed(1000);
    session.send(WELCOME);
    say(session, { type: 'ping' });
    session.binary();
    expect(ends).toEqual(['kicked']);
    expect(socket.closedWith).toBe(4201);
    expect(socket.heard).toEqual([WELCOME]);
    expect(handled).toEqual([]);
  });

  it.each([
    [1000, 'normal'],
    [1001, 'connection-lost'],
    [1005, 'connection-lost'],
    [1006, 'connection-lost'],
    [1009, 'too-big'],
    [4200, 'connection-lost'],
  ])('that its client ended with %i has ended as %s', (code, end) => {
    const { session, ends } = opened();
    session.closed(code);
    expect(ends).toEqual([end]);
  });

  it('is closed as a slow consumer when its socket does not take a frame: a stream with a gap must not go on', () => {
    const { session, socket, ends } = opened();
    socket.outcome = 'queued';
    expect(session.relay('{}')).toBe('queued');
    expect(session.ended).toBe(false);
    socket.outcome = 'dropped';
    expect(session.relay('{}')).toBe('dropped');
    expect(socket.closedWith).toBe(4001);
    expect(ends).toEqual(['slow-consumer']);
  });

  it('is closed for a binary frame', () => {
    const { session, socket } = opened();
    session.binary();
    expect(socket.closedWith).toBe(4204);
  });

  it('tells with its close when to come back', () => {
    const { session, socket } = opened();
    session.close('cluster-unavailable', 2_000);
    expect(socket.ending).toEqual({ code: 4003, reason: 'cluster-unavailable retry=2000' });
  });
});

const NONE = { burst: 0, perSecond: 0, burstBytes: 0, bytesPerSecond: 0, changesPerMinute: 0 };

describe('a session above its budget', () => {
  const budgets = { burst: 3, perSecond: 1, burstBytes: 0, bytesPerSecond: 0, changesPerMinute: 0 };

  it('is told after how long, and about what, and lives', () => {
    const { session, socket, handled } = opened({ budgets });
    for (let id = 1; id <= 4; id += 1)
      say(session, { type: 'signal', room: 'stage', to: 'bob', custom: 1, id });
    expect(handled).toHaveLength(3);
    expect(socket.last('error')).toMatchObject({
      re: 4,
      code: 'rate-limited',
      room: 'stage',
      to: 'bob',
      retryAfterMs: 1_000,
    });
    expect(socket.closedWith).toBeUndefined();
  });

  it('is heard again when its budget has refilled', async () => {
    const { session, clock, handled } = opened({ budgets });
    for (let id = 1; id <= 4; id += 1) say(session, { type: 'ping', id });
    await clock.advance(1_000);
    say(session, { type: 'ping', id: 5 });
    expect(handled.map(({ id }) => id)).toEqual([1, 2, 3, 5]);
  });

  it('has no more to spend because it rests in between', () => {
    const { session, clock, handled } = opened({ budgets });
    for (let id = 1; id <= 4; id += 1) {
      say(session, { type: 'ping', id });
      session.rest(clock.nowMs());
    }
    expect(handled.map(({ id }) => id)).toEqual([1, 2, 3]);
  });

  it('may always say goodbye', () => {
    const { session, handled } = opened({ budgets });
    for (let id = 1; id <= 4; id += 1) say(session, { type: 'ping', id });
    say(session, { type: 'bye' });
    expect(handled.at(-1)?.type).toBe('bye');
  });

  it('is ended when it goes on, and told not to come back before it could be heard', () => {
    const { session, socket } = opened({ budgets });
    for (let id = 1; id <= 3 + LIMITS.limitedFramesPerMinute; id += 1) say(session, { type: 'ping', id });
    expect(socket.closedWith).toBeUndefined();
    say(session, { type: 'ping' });
    expect(socket.ending).toEqual({ code: 4110, reason: 'rate-limited retry=10000' });
  });

  it('is ended when it floods with pings, too, and not for a ping now and then', async () => {
    const { session, socket, clock } = opened({ budgets });
    for (let n = 0; n < 1_000; n += 1) {
      session.alive();
      await clock.advance(1_000);
    }
    expect(socket.closedWith).toBeUndefined();
    for (let n = 0; n < 1_000; n += 1) session.alive();
    expect(socket.closedWith).toBe(4110);
  });

  it('is stopped at so many changes a minute, and at nothing else', () => {
    const { session, socket, handled } = opened({ budgets: { ...NONE, changesPerMinute: 2 } });
    for (let id = 1; id <= 3; id += 1) say(session, { type: 'update', room: 'stage', meta: id, id });
    expect(socket.last('error')).toMatchObject({ re: 3, code: 'rate-limited', retryAfterMs: 30_000 });
    say(session, { type: 'ping', id: 4 });
    say(session, { type: 'signal', room: 'stage', to: 'bob', custom: 1, id: 5 });
    expect(handled.map(({ id }) => id)).toEqual([1, 2, 4, 5]);
  });

  it('may not join again and again where it sits, nor match where it waits', () => {
    const { session, owner, handled } = opened({ budgets: { ...NONE, changesPerMinute: 1 } });
    owner.hasEntered = () => true;
    say(session, { type: 'join', room: 'stage', id: 1 });
    say(session, { type: 'join', room: 'stage', id: 2 });
    say(session, { type: 'match', queue: 'any', id: 3 });
    expect(handled.map(({ id }) => id)).toEqual([1]);
  });

  it('is ended when it goes on with what shared budgets refuse', () => {
    const { session, socket } = opened();
    const join = { type: 'join', id: 1 } as const;
    for (let n = 0; n < LIMITS.limitedFramesPerMinute; n += 1)
      session.refuse({ code: 'rate-limited', retryAfterMs: 500 }, join);
    expect([socket.closedWith, socket.last('error')?.retryAfterMs]).toEqual([undefined, 500]);
    session.refuse({ code: 'rate-limited', retryAfterMs: 500 }, join);
    expect(socket.closedWith).toBe(4110);
  });

  it('is not ended for what nobody can know', () => {
    const { session, socket } = opened();
    for (let n = 0; n < 1_000; n += 1)
      session.refuse({ code: 'cluster-unavailable', retryAfterMs: 500 }, { type: 'join' });
    expect(socket.closedWith).toBeUndefined();
  });

  it('before its welcome may send bytes for one burst, not 64 frames of the largest', () => {
    const { session, socket } = start();
    const frame = JSON.stringify({ type: 'ping' }).padEnd(60_000);
    for (let n = 0; n < 4; n += 1) session.message(frame, 60_000);
    expect(socket.closedWith).toBeUndefined();
    session.message(frame, 60_000);
    expect(socket.closedWith).toBe(4110);
  });

  it('is judged by bytes as well', () => {
    const { session, socket, handled } = opened({
      budgets: { burst: 0, perSecond: 0, burstBytes: 100, bytesPerSecond: 10, changesPerMinute: 0 },
    });
    for (let id = 1; id <= 2; id += 1)
      say(session, { type: 'signal', room: 'stage', to: 'bob', custom: 'x'.repeat(20), id });
    expect(handled).toHaveLength(1);
    expect(socket.last('error')).toMatchObject({ re: 2, code: 'rate-limited' });
  });
});

describe('when a session was heard', () => {
  it('is never earlier than it was, though it is in whole milliseconds', async () => {
    const { session, clock } = opened();
    await clock.advance(0.25);
    session.alive();
    expect(session.lastSeenMs).toBe(1_001);
  });
});

describe('what a session says about a room it is just joining', () => {
  const JOIN = { type: 'join', room: 'stage', id: 'join' };

  it('is handled when the join is answered, in order; what is about anything else is not held up', async () => {
    const { session, owner, handled } = opened();
    const answer = holdJoins(owner);
    say(session, JOIN);
    for (const [id, type] of ['leave', 'leave', 'join', 'leave'].entries())
      say(session, { type, room: 'stage', id });
    say(session, { type: 'leave', room: 'elsewhere', id: 'elsewhere' });
    say(session, { type: 'join', id: 'mint' });
    say(session, { type: 'ping', id: 'ping' });
    await settle();
    expect(handled.map(({ id }) => id)).toEqual(['join', 'elsewhere', 'mint', 'ping']);
    answer('stage');
    await settle();
    expect(handled.slice(4).map(({ id }) => id)).toEqual([0, 1, 2]);
    answer('stage');
    await settle();
    expect(handled.slice(7).map(({ id }) => id)).toEqual([3]);
    say(session, { type: 'leave', room: 'stage', id: 'at once' });
    expect(handled.at(-1)?.id).toBe('at once');
  });

  it('is not held up where it has a seat already: there is nothing to wait for', async () => {
    const { session, owner, handled } = opened();
    owner.hasEntered = () => true;
    holdJoins(owner);
    say(session, JOIN);
    say(session, { type: 'signal', room: 'stage', to: 'bob', custom: 1, id: 'signal' });
    expect(handled.map(({ id }) => id)).toEqual(['join', 'signal']);
  });

  it('waits for the answer though the session rests meanwhile', async () => {
    const { session, owner, clock, handled } = opened();
    const answer = holdJoins(owner);
    say(session, JOIN);
    session.rest(clock.nowMs());
    say(session, { type: 'leave', room: 'stage', id: 'leave' });
    expect(handled.map(({ id }) => id)).toEqual(['join']);
    answer('stage');
    await settle();
    expect(handled.map(({ id }) => id)).toEqual(['join', 'leave']);
  });

  it('is handled no more when the session has ended by then', async () => {
    const { session, owner, handled } = opened();
    const answer = holdJoins(owner);
    say(session, JOIN);
    say(session, { type: 'leave', room: 'stage', id: 'late' });
    session.closed(1006);
    answer('stage');
    await settle();
    expect(handled.map(({ id }) => id)).toEqual(['join']);
  });

  it('is refused when too much waits already, and only what is about such a room', async () => {
    const { session, owner, socket, handled } = opened();
    const answer = holdJoins(owner);
    say(session, JOIN);
    for (let n = 0; n < LIMITS.messagesBehindJoins; n += 1) say(session, { type: 'leave', room: 'stage' });
    expect(socket.last('error')).toBeUndefined();
    say(session, { type: 'signal', room: 'stage', to: 'bob', custom: 1, id: 'too many' });
    expect(socket.last('error')).toMatchObject({
      re: 'too many',
      code: 'rate-limited',
      room: 'stage',
      to: 'bob',
    });
    say(session, { type: 'leave', room: 'elsewhere', id: 'elsewhere' });
    expect(handled.at(-1)?.id).toBe('elsewhere');
    answer('stage');
    await settle();
    say(session, { type: 'signal', room: 'stage', to: 'bob', custom: 1, id: 'again' });
    expect(handled.at(-1)?.id).toBe('again');
    expect(socket.heard.filter(({ type }) => type === 'error')).toHaveLength(1);
  });
});

type Owner = ReturnType<typeof start>['owner'];

/** Joins have no answer until it is given, by the name of the room; oldest first. */
function holdJoins(owner: Owner): (room: string) => void {
  const held: { room: string | undefined; answer: () => void }[] = [];
  const { handle } = owner;
  owner.handle = (session, message) => {
    void handle(session, message);
    if (message.type !== 'join') return;
    return new Promise<void>((answer) => held.push({ room: message.room, answer }));
  };
  return (room) => {
    const [oldest] = held.splice(
      held.findIndex((each) => each.room === room),
      1,
    );
    oldest?.answer();
  };
}

/** Everything that waits only for what has been answered has run. */
const settle = () => new Promise((resolve) => setImmediate(resolve));

function start(more: Partial<NodeOptions> = {}) {
  const clock = new FakeClock(1_000);
  const socket = new FakeSocket();
  const handled: Received[] = [];
  const ends: SessionEnd[] = [];
  const confirmed: Session[] = [];
  const owner = {
    clock,
    metrics: quietMetrics,
    options: optionsOf('node-1', more),
    handle: (_session: Session, message: Received): void | Promise<void> => void handled.push(message),
    ended: (_session: Session, end: SessionEnd): void => void ends.push(end),
    hasEntered: () => false,
    confirmed: (each: Session): void => void confirmed.push(each),
  };
  const { realm, peer, instance, session: id, fence } = new Puppet('alice');
  const identity = { realm, rooms: ['*'], queues: ['*'], codes: true };
  const admitted: Admitted = {
    identity,
    peer,
    isFixed: true,
    instance,
    session: id,
    secret: 'a secret',
    fence,
    visitor: visitorOf('192.0.2.1', requestOf(), undefined),
  };
  return { clock, socket, handled, ends, confirmed, owner, session: new Session(admitted, socket, owner) };
}

function opened(more: Partial<NodeOptions> = {}) {
  const parts = start(more);
  parts.session.open(WELCOME);
  return parts;
}

function say(session: Session, message: object): void {
  const text = JSON.stringify(message);
  session.message(text, text.length);
}
