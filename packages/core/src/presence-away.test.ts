import { describe, expect, it } from 'vitest';
import type { RoomKey } from './keys.ts';
import { LIMITS } from './limits.ts';
import { put, start, statementOf } from './testing/presence.ts';
import { Puppet } from './testing/puppet.ts';
import { AWAY_MS } from './testing/world.ts';

describe('a claim that goes on', () => {
  it('says with each renewal what its rooms are, so that a directory that forgot them has them again', async () => {
    const { world, a, b, claim, comeback } = await start();
    const alice = new Puppet('alice');
    await claim(a, alice);
    alice.rooms.add('main/stage' as RoomKey);
    world.directory.forgetForTesting();
    await a.presence.assert(alice);
    expect(a.restored).toEqual(['peer']);
    await a.presence.assert(alice);
    expect(a.restored).toEqual(['peer']);
    expect(await comeback(b, alice, alice.offered)).toMatchObject({ outcome: 'resumed', rooms: ['stage'] });
  });

  it('closes its session when a later one has it', async () => {
    const { a, b, claim } = await start();
    const alice = new Puppet('alice', 1);
    await claim(a, alice);
    // The news is not heard: its session is not known to the node.
    a.members.clear();
    await claim(b, new Puppet('alice', 2));
    expect(alice.closed).toBeUndefined();
    await a.presence.assert(alice);
    expect(alice.closed).toBe('replaced');
  });

  it('is not renewed by whoever has to show first that it is alive', async () => {
    const { world, a, claim } = await start();
    const alice = new Puppet('alice');
    await claim(a, alice);
    alice.isAsked = true;
    await world.clock.advance(LIMITS.renewalIntervalMs * 1.5);
    expect(a.ground.gate.count('assert')).toBe(0);
    alice.isAsked = false;
    await world.clock.advance(10_000);
    expect(a.ground.gate.count('assert')).toBe(1);
  });

  it('has two secrets until it is confirmed, and then only the one that it was given', async () => {
    const { world, a, b, claim, comeback } = await start();
    const first = new Puppet('alice', 1);
    await claim(a, first);
    await comeback(b, first, first.offered, 2);
    expect((await comeback(b, first, first.offered, 3)).outcome).toBe('resumed');
    const third = new Puppet('alice', 3);
    Object.assign(third, { instance: first.instance, presented: first.offered });
    b.presence.confirm(third);
    await world.clock.advance(10);
    expect(third.presented).toBeUndefined();
    expect((await comeback(a, first, first.offered, 4)).outcome).toBe('claimed');
  });

  it('is confirmed however long the directory does not answer', async () => {
    const { world, a, claim } = await start();
    const alice = new Puppet('alice');
    await claim(a, alice);
    a.ground.gate.next('confirm', 'lost', 'unanswered');
    a.presence.confirm(alice);
    await world.clock.advance(5_000);
    expect([a.ground.gate.count('confirm'), a.ground.writer.size]).toEqual([3, 0]);
  });
});

describe('a peer that is put away', () => {
  it('keeps its life, without renewals, until its window has ended', async () => {
    const { world, a, b, claim, comeback } = await start();
    const alice = new Puppet('alice');
    await claim(a, alice);
    await put(world, a.presence.away(alice));
    expect(a.presence.renewalsForTesting).toBe(0);
    await world.clock.advance(AWAY_MS - 4_000);
    expect(await comeback(b, alice, alice.offered)).toMatchObject({ outcome: 'resumed' });
  });

  it('has no life any more when its window has ended', async () => {
    const { world, a, b, claim, comeback } = await start();
    const alice = new Puppet('alice');
    await claim(a, alice);
    await put(world, a.presence.away(alice));
    await world.clock.advance(AWAY_MS);
    expect(await comeback(b, alice, alice.offered)).toMatchObject({ outcome: 'claimed' });
  });

  it('is put away however long the directory does not answer, and nothing is said of who has it later', async () => {
    const { world, a, b, claim } = await start();
    const alice = new Puppet('alice');
    await claim(a, alice);
    a.ground.gate.isShut = true;
    const away = a.presence.away(alice);
    await claim(b, new Puppet('alice', 2));
    a.ground.gate.isShut = false;
    await put(world, away);
    expect(await claim(b, new Puppet('alice', 1))).toBe('superseded');
    expect(
      await world.directory.peers.assert(
        statementOf(b, new Puppet('alice', 2)),
        b.ground.membership.reading(1),
        Infinity,
      ),
    ).toBe('asserted');
  });

  it('or released is nobody before its claim was answered: it only said that it is this peer', async () => {
    const { world, a, claim } = await start();
    const alice = new Puppet('alice', 1);
    await claim(a, alice);
    const stranger = new Puppet('alice', 2);
    await put(world, a.presence.away(stranger));
    await put(world, a.presence.release(stranger));
    expect([a.ground.gate.count('away'), a.ground.gate.count('bye')]).toEqual([0, 0]);
    await put(world, a.presence.release(alice));
    expect(a.ground.gate.count('bye')).toBe(1);
  });

  it('and is another session’s already is forgotten, and no more', async () => {
    const { world, a, claim } = await start();
    const alice = new Puppet('alice');
    await claim(a, alice);
    a.presence.forget(alice);
    await world.clock.advance(1_000);
    expect([a.presence.renewalsForTesting, a.ground.gate.count('bye'), a.ground.gate.count('away')]).toEqual([
      0, 0, 0,
    ]);
  });
});
