import { describe, expect, it } from 'vitest';
import type { NodeId, PeerId } from '@parley/protocol';
import type { RoomKey } from './keys.ts';
import type { RoomSnapshot, Seat } from './ports/directory.ts';
import { type OwnSeat, RoomView } from './room-view.ts';
import { Puppet } from './testing/puppet.ts';

const KEY = 'main/stage' as RoomKey;

describe('a room as one node knows it', () => {
  it('tells its members who came, changed and went, each once', () => {
    const { view, alice } = start();
    view.become(snapshot('2', [seat('alice', 1), seat('bob', 2), seat('carol', 3)]), none);
    view.become(snapshot('3', [seat('alice', 1), seat('bob', 2, { meta: '"new"' })]), none);
    view.become(snapshot('4', [seat('alice', 1), seat('bob', 2, { meta: '"new"' })]), none);
    expect(alice.story).toEqual([
      'peer-joined bob',
      'peer-joined carol',
      'peer-left carol',
      'peer-updated bob',
    ]);
  });

  it('never tells members about themselves', () => {
    const { view, alice } = start();
    view.apply({ kind: 'updated', seat: seat('alice', 1, { meta: '1' }) }, '2');
    expect(alice.heard).toEqual([]);
  });

  it('tells of a new life of a peer as its leaving and its joining', () => {
    const { view, alice } = start();
    view.apply({ kind: 'joined', seat: seat('bob', 2) }, '2');
    view.apply({ kind: 'joined', seat: seat('bob', 3, { at: 2 }) }, '3');
    expect(alice.heard.slice(1)).toMatchObject([
      { type: 'peer-left', peer: 'bob', reason: 'replaced' },
      { type: 'peer-joined', peer: 'bob', instance: 'life-2-of-bob' },
    ]);
  });

  it('says why somebody left when it heard of it, also if the room had to be read again; else that it was lost', () => {
    const { view, alice } = start();
    view.become(
      snapshot('2', ['bob', 'carol'].map((name, i) => seat(name, i + 2)).concat(seat('alice', 1))),
      none,
    );
    view.noteReason({
      kind: 'left',
      peer: 'bob' as PeerId,
      instance: new Puppet('bob').instance,
      reason: 'kicked',
    });
    view.become(snapshot('3', [seat('alice', 1)]), none);
    expect(alice.heard.slice(2)).toMatchObject([
      { peer: 'bob', reason: 'kicked' },
      { peer: 'carol', reason: 'lost' },
    ]);
  });

  it('keeps a seat that is missing in the directory while it may only not be back yet', () => {
    const { view, alice } = start();
    view.apply({ kind: 'joined', seat: seat('bob', 2) }, '2');
    view.become(snapshot('3', [seat('alice', 1)]), ({ peer }) => peer === 'bob');
    expect(alice.story).toEqual(['peer-joined bob']);
    view.become(snapshot('4', [seat('alice', 1)]), none);
    expect(alice.story).toEqual(['peer-joined bob', 'peer-left bob']);
  });

  it('makes the later of two polite, and says it to both ends alike', () => {
    const { view } = start();
    view.become(snapshot('2', [seat('alice', 1), seat('bob', 2)]), none);
    const [toAlice] = view.describe(seat('alice', 1)).peers;
    const [toBob] = view.describe(seat('bob', 2)).peers;
    expect(toAlice).toMatchObject({ peer: 'bob', polite: false });
    expect(toBob).toMatchObject({ peer: 'alice', polite: true });
  });

  it('describes the others in the order of their joining', () => {
    const { view } = start();
    view.become(snapshot('2', [seat('carol', 3), seat('bob', 2), seat('alice', 1)]), none);
    expect(view.describe(seat('alice', 1)).peers.map(({ peer }) => peer)).toEqual(['bob', 'carol']);
  });

  it('tells nothing to a member that is not announced yet, or is leaving', () => {
    const { view, alice, own } = start();
    own.announce = () => {};
    view.apply({ kind: 'joined', seat: seat('bob', 2) }, '2');
    own.announce = undefined;
    own.leaving = 'left';
    view.apply({ kind: 'joined', seat: seat('carol', 3) }, '3');
    expect(alice.heard).toEqual([]);
    delete own.leaving;
    view.apply({ kind: 'joined', seat: seat('dave', 4) }, '4');
    expect(alice.story).toEqual(['peer-joined dave']);
  });
});

/** A room with alice in it, who is of this node. */
function start() {
  const view = new RoomView(KEY);
  const alice = new Puppet('alice');
  const own: OwnSeat = { member: alice, seat: seat('alice', 1), announce: undefined, announceAt: 0 };
  view.own.set(alice.peer, own);
  view.become(snapshot('1', [seat('alice', 1)]), none);
  return { view, alice, own };
}

const none = () => false;

function seat(name: string, joinedAt: number, { at = 1, meta }: { at?: number; meta?: string } = {}): Seat {
  const { peer, session, instance, fence } = new Puppet(name, at);
  const node = 'node-1' as NodeId;
  return { peer, session, instance, fence, node, joinedAt, ...(meta !== undefined && { meta }) };
}

const snapshot = (tag: string, seats: readonly Seat[]): RoomSnapshot => ({
  key: KEY,
  tag,
  epoch: '1',
  capacity: 16,
  code: false,
  seats,
});
