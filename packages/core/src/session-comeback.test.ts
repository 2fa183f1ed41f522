import { describe, expect, it } from 'vitest';
import type { InstanceId, PeerId, RoomId } from '@parley/protocol';
import { LIMITS } from './limits.ts';
import type { ClaimAnswer } from './ports/directory.ts';
import { hashOf } from './resume-secret.ts';
import { type Admitted, Session, type SessionOwner } from './session.ts';
import { FakeSocket } from './testing/fake-socket.ts';
import { Puppet } from './testing/puppet.ts';
import { quietMetrics } from './testing/quiet.ts';
import { optionsOf, requestOf } from './testing/samples.ts';
import { FakeClock } from './contract/fake-clock.ts';
import { visitorOf } from './visitor.ts';

const WELCOME = { type: 'pong' } as const;
const OLD = hashOf('an earlier secret');

const RESUMED: ClaimAnswer = {
  outcome: 'resumed',
  instance: 'the life of before' as InstanceId,
  rooms: ['stage' as RoomId],
  mail: [],
};

describe('a session that goes on where another one ended', () => {
  it('has the instance and the rooms of that one, and is proven by the secret it came with', () => {
    const { session } = start();
    session.claimed(RESUMED);
    expect([session.instance, [...session.rooms]]).toEqual(['the life of before', ['main/stage']]);
    expect([session.presented, session.offered]).toEqual([OLD, hashOf('a secret')]);
  });

  it('is confirmed when it is heard for the first time after its welcome, once', () => {
    const { session, confirmed } = start();
    session.claimed(RESUMED);
    session.alive();
    expect(confirmed).toEqual([]);
    session.open(WELCOME);
    expect(confirmed).toEqual([]);
    session.alive();
    session.message('{"type":"ping"}', 15);
    expect(confirmed).toEqual([session]);
  });

  it('is confirmed by a message as well', () => {
    const { session, confirmed } = start();
    session.claimed(RESUMED);
    session.open(WELCOME);
    session.message('{', 1);
    expect(confirmed).toEqual([session]);
  });

  it('is not, when its claim began a new life: there is nothing to confirm', () => {
    const { session, confirmed } = start();
    session.claimed({ outcome: 'claimed' });
    session.open(WELCOME);
    session.alive();
    expect([confirmed, session.rooms.size, session.presented]).toEqual([[], 0, undefined]);
  });

  it('is somebody new when there is nothing to come back to', () => {
    const { session } = start();
    session.claimed({ outcome: 'unproven' });
    session.startAnew('somebody' as PeerId);
    expect([session.peer, session.comeback, session.rooms.size]).toEqual(['somebody', undefined, 0]);
  });
});

describe('what is for a session that is not welcome yet', () => {
  it('comes after its welcome and what was first, and before what it said meanwhile is handled', () => {
    const { session, socket, handled } = start();
    session.message('{"type":"ping"}', 15);
    session.afterWelcome(() => session.relay('{"type":"signal"}'));
    session.open(WELCOME, () => void session.relay('{"type":"kept"}'));
    expect(socket.heard.map(({ type }) => type)).toEqual(['pong', 'kept', 'signal']);
    expect(handled()).toBe(1);
  });

  it('is run, and finds that it has ended, when it never was', () => {
    const { session } = start();
    const found: boolean[] = [];
    session.afterWelcome(() => found.push(session.ended));
    session.closed(1006);
    session.open(WELCOME);
    expect(found).toEqual([true]);
  });

  it('is bounded', () => {
    const { session } = start();
    for (let n = 0; n < LIMITS.signalsBeforeWelcome; n += 1)
      expect(session.afterWelcome(() => {})).toBe(true);
    expect(session.afterWelcome(() => {})).toBe(false);
  });
});

function start() {
  const socket = new FakeSocket();
  const confirmed: Session[] = [];
  let handled = 0;
  const owner: SessionOwner = {
    clock: new FakeClock(1_000),
    metrics: quietMetrics,
    options: optionsOf('node-1'),
    handle: () => void (handled += 1),
    ended() {},
    hasEntered: () => false,
    confirmed(session) {
      confirmed.push(session);
      session.presented = undefined;
    },
  };
  const { realm, peer, instance, session: id, fence } = new Puppet('alice');
  const admitted: Admitted = {
    identity: { realm, rooms: ['*'], queues: ['*'], codes: true },
    peer,
    isFixed: false,
    comeback: { as: 'resume', presented: OLD },
    instance,
    session: id,
    secret: 'a secret',
    fence,
    visitor: visitorOf('192.0.2.1', requestOf(), undefined),
  };
  return { socket, confirmed, handled: () => handled, session: new Session(admitted, socket, owner) };
}
