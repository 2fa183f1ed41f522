import { describe, expect, it } from 'vitest';
import type { NodeId, PeerId } from '@parley/protocol';
import { FakeClock } from './contract/fake-clock.ts';
import type { SignalEnvelope } from './envelope.ts';
import type { Hub } from './hub.ts';
import type { RoomKey } from './keys.ts';
import type { Membership } from './membership.ts';
import type { PeerDirectory, Seat } from './ports/directory.ts';
import type { Rooms } from './rooms.ts';
import { Router } from './router.ts';
import type { Streams } from './streams.ts';
import { Puppet } from './testing/puppet.ts';
import { quietMetrics } from './testing/quiet.ts';
import { AWAY_MS } from './testing/world.ts';
import type { Writer } from './writer.ts';

const ROOM = 'main/stage' as RoomKey;

describe('a signal from another node', () => {
  it('waits behind an earlier one of its sender, even when it could be delivered itself', () => {
    const { router, alice, seats, receive } = start();
    receive('1');
    seats.set('bob' as PeerId, seatOf(new Puppet('bob')));
    receive('2');
    expect(alice.relayed).toEqual([]);
    router.settled(ROOM);
    expect(alice.relayed).toEqual(['1', '2']);
    expect(router.held).toBe(0);
  });

  it('is delivered at once when its sender is known', () => {
    const { alice, seats, receive, outcomes } = start();
    seats.set('bob' as PeerId, seatOf(new Puppet('bob')));
    receive('1');
    expect(alice.relayed).toEqual(['1']);
    expect(outcomes).toEqual(['delivered']);
  });

  it('has the room read when its sender is unknown, and is refused when nobody here sits there', () => {
    const { router, receive, outcomes, repaired } = start();
    receive('1');
    expect(repaired).toEqual([ROOM]);
    router.closed(ROOM);
    expect(outcomes).toEqual(['gone']);
  });

  it('is not taken for delivered when the socket did not take it', () => {
    const { alice, seats, receive, outcomes } = start();
    seats.set('bob' as PeerId, seatOf(new Puppet('bob')));
    alice.outcome = 'dropped';
    receive('1');
    expect(outcomes).toEqual(['dropped']);
  });
});

/** A node where alice sits on the stage; bob, who is at another node, is not known to sit there. */
function start() {
  const alice = new Puppet('alice');
  const seats = new Map<PeerId, Seat>([[alice.peer, seatOf(alice)]]);
  const repaired: RoomKey[] = [];
  const rooms = {
    get: () => ({ seats }),
    seatOf: () => ({ member: alice }),
    repair: (key: RoomKey) => repaired.push(key),
  };
  const router = new Router({
    node: 'node-1' as NodeId,
    hub: { get: () => Object.assign(alice, { isWelcome: true }) } as unknown as Hub,
    rooms: rooms as unknown as Rooms,
    streams: {} as Streams,
    membership: { nowMs: () => 0 } as Membership,
    writer: {} as Writer,
    directory: {} as PeerDirectory,
    clock: new FakeClock(),
    metrics: quietMetrics,
    resumeWindowMs: AWAY_MS,
  });
  const outcomes: string[] = [];
  function receive(text: string): void {
    const bob = new Puppet('bob');
    const from = { from: bob.peer, fromSession: bob.session };
    const to = { to: alice.peer, toSession: alice.session };
    const envelope: SignalEnvelope = { kind: 'signal', n: 1, sentAtMs: 0, room: ROOM, ...from, ...to, text };
    router.receive(envelope, (outcome) => outcomes.push(outcome));
  }
  return { router, alice, seats, receive, outcomes, repaired };
}

function seatOf({ peer, session, instance, fence }: Puppet): Seat {
  return { peer, session, instance, fence, node: 'node-1' as NodeId, joinedAt: 1 };
}
