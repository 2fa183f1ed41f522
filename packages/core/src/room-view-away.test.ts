import { describe, expect, it } from 'vitest';
import type { NodeId } from '@parley/protocol';
import type { RoomKey } from './keys.ts';
import type { RoomSnapshot, Seat } from './ports/directory.ts';
import { announceNow, type OwnSeat, RoomView } from './room-view.ts';
import { Puppet } from './testing/puppet.ts';

const KEY = 'main/stage' as RoomKey;

describe('a room in which somebody is away', () => {
  it('tells its members who went away and who is back, each once', () => {
    const { view, alice } = start();
    view.apply({ kind: 'away', seat: away(seat('bob', 2)) }, '2');
    view.become(snapshot('3', [seat('alice', 1), away(seat('bob', 2), 9)]), none);
    view.apply({ kind: 'back', seat: seat('bob', 2, 2) }, '4');
    view.become(snapshot('5', [seat('alice', 1), seat('bob', 2, 2)]), none);
    expect(alice.story).toEqual(['peer-away bob', 'peer-back bob']);
  });

  it('tells nothing when a peer goes on elsewhere at once: it was never away', () => {
    const { view, alice } = start();
    view.apply({ kind: 'back', seat: seat('bob', 2, 2) }, '2');
    expect(alice.heard).toEqual([]);
    expect(view.seats.get(seat('bob', 2).peer)?.session).toBe('bob-2');
  });

  it('tells of a new life in the place of one that was away as its leaving and its joining', () => {
    const { view, alice } = start();
    view.apply({ kind: 'away', seat: away(seat('bob', 2)) }, '2');
    view.apply({ kind: 'joined', seat: { ...seat('bob', 3, 2), instance: 'another' as never } }, '3');
    expect(alice.heard.slice(1)).toMatchObject([
      { type: 'peer-left', reason: 'replaced' },
      { type: 'peer-joined' },
    ]);
  });

  it('tells of a leaving alone when a peer that was away has left', () => {
    const { view, alice } = start();
    view.apply({ kind: 'away', seat: away(seat('bob', 2)) }, '2');
    view.become(snapshot('3', [seat('alice', 1)]), none);
    expect(alice.heard.slice(1)).toMatchObject([{ type: 'peer-left', peer: 'bob', reason: 'lost' }]);
  });

  it('describes to who comes that it is away, and of nobody else', () => {
    const { view } = start();
    view.become(snapshot('2', [seat('alice', 1), away(seat('bob', 2)), seat('carol', 3)]), none);
    expect(view.describe(seat('alice', 1)).peers).toMatchObject([
      { peer: 'bob', away: true },
      { peer: 'carol' },
    ]);
    expect(view.describe(seat('alice', 1)).peers[1]).not.toHaveProperty('away');
  });

  it('tells of one who comes as away that it came, and that it is away, in one', () => {
    const { view, alice } = start();
    view.become(snapshot('2', [seat('alice', 1), seat('bob', 2), away(seat('carol', 3))]), none);
    expect(alice.heard).toMatchObject([{ type: 'peer-joined', peer: 'carol', away: true }]);
  });

  it('tells of a change of both at once', () => {
    const { view, alice } = start();
    view.apply({ kind: 'away', seat: { ...away(seat('bob', 2)), meta: '1' } }, '2');
    expect(alice.story).toEqual(['peer-updated bob', 'peer-away bob']);
  });

  it('knows when the first window ends', () => {
    const { view } = start();
    expect(view.nextEndMs).toBeUndefined();
    view.become(
      snapshot('2', [seat('alice', 1), away(seat('bob', 2), 70), away(seat('carol', 3), 50)]),
      none,
    );
    expect(view.nextEndMs).toBe(50);
  });
});

describe('peers of whom this node knows that they are away', () => {
  it('are told so once, whatever the directory says afterwards, and keep the window that they had', () => {
    const { view, alice } = start();
    view.putAway(({ peer }) => peer === 'bob', 100);
    view.putAway(({ peer }) => peer === 'bob', 200);
    view.apply({ kind: 'away', seat: away(seat('bob', 2), 90) }, '2');
    expect(alice.story).toEqual(['peer-away bob']);
    expect(view.nextEndMs).toBe(90);
  });

  it('are back when the directory does not say so: it knows better', () => {
    const { view, alice } = start();
    view.putAway(({ peer }) => peer === 'bob', 100);
    view.become(snapshot('2', [seat('alice', 1), seat('bob', 2)]), none);
    expect(alice.story).toEqual(['peer-away bob', 'peer-back bob']);
  });

  it('stay away while the directory has not yet heard it, if they are of this node', () => {
    const { view, alice, own } = start();
    const bob: OwnSeat = {
      member: new Puppet('bob'),
      seat: away(seat('bob', 2)),
      announce: undefined,
      announceAt: 0,
    };
    bob.leaving = 'away';
    view.own.set(bob.member.peer, bob);
    view.putAway(({ peer }) => peer === 'bob', 100);
    view.become(snapshot('2', [seat('alice', 1), seat('bob', 2)]), none);
    expect(alice.story).toEqual(['peer-away bob']);
    expect(view.agreesWith(snapshot('2', [own.seat, seat('bob', 2)]))).toBe(true);
  });

  it('are none, and nobody is told anything', () => {
    const { view, alice } = start();
    view.putAway(() => false, 100);
    expect(alice.heard).toEqual([]);
  });
});

describe('a seat of this node', () => {
  it('is not as the directory has it when that takes it for away', () => {
    const { view, own } = start();
    expect(view.agreesWith(snapshot('2', [own.seat]))).toBe(true);
    expect(view.agreesWith(snapshot('2', [away(own.seat)]))).toBe(false);
    expect(view.agreesWith(snapshot('2', []))).toBe(false);
  });

  it('is as this node says, unless a later session has it', () => {
    const { view, own } = start();
    view.become(snapshot('2', [away(own.seat)]), none);
    expect(view.seats.get(own.seat.peer)).not.toHaveProperty('awayUntilMs');
    view.become(snapshot('3', [seat('alice', 1, 2)]), none);
    expect(view.seats.get(own.seat.peer)?.session).toBe('alice-2');
  });

  it('is announced once', () => {
    const { own } = start();
    let count = 0;
    own.announce = () => void (count += 1);
    announceNow(own);
    announceNow(own);
    expect(count).toBe(1);
  });
});

/** Alice, who is of this node, and bob. */
function start() {
  const view = new RoomView(KEY);
  const alice = new Puppet('alice');
  const own: OwnSeat = { member: alice, seat: seat('alice', 1), announce: () => {}, announceAt: 0 };
  view.own.set(alice.peer, own);
  view.become(snapshot('1', [seat('alice', 1), seat('bob', 2)]), none);
  own.announce = undefined;
  return { view, alice, own };
}

const none = () => false;

/** A seat of the same life, whichever session holds it. */
function seat(name: string, joinedAt: number, at = 1): Seat {
  const { peer, session, fence } = new Puppet(name, at);
  const { instance } = new Puppet(name);
  return { peer, session, instance, fence, node: 'node-1' as NodeId, joinedAt };
}

const away = (there: Seat, untilMs = 100): Seat => ({ ...there, awayUntilMs: untilMs });

const snapshot = (tag: string, seats: readonly Seat[]): RoomSnapshot => ({
  key: KEY,
  tag,
  epoch: '1',
  capacity: 16,
  code: false,
  seats,
});
