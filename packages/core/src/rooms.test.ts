import { describe, expect, it } from 'vitest';
import { LIMITS } from './limits.ts';
import { Unavailable } from './ports/directory.ts';
import { Puppet } from './testing/puppet.ts';
import { foreignEvent, KEY, LIFE_MS, seated, start, wish } from './testing/rooms.ts';
import { AWAY_MS } from './testing/world.ts';

describe('rooms of several nodes', () => {
  it('tell everybody who comes and goes, and who comes last is polite', async () => {
    const { join, leave, alice, bob, carol } = await start();
    for (const each of [alice, bob, carol]) expect(await join(each)).toBe('joined');
    await leave(bob, 'left');
    expect(alice.member.story).toEqual(['joined', 'peer-joined bob', 'peer-joined carol', 'peer-left bob']);
    expect(carol.member.heard[0]).toMatchObject({
      type: 'joined',
      peers: [
        { peer: 'alice', polite: true },
        { peer: 'bob', polite: true },
      ],
    });
    expect(alice.member.heard[1]).toMatchObject({ peer: 'bob', polite: false });
    expect(alice.member.heard[3]).toMatchObject({ peer: 'bob', reason: 'left' });
  });

  it('say to each joiner exactly one joined, also when it joins again', async () => {
    const { join, alice } = await start();
    await join(alice);
    expect(alice.member.story).toEqual(['joined']);
    await join(alice);
    expect(alice.member.story).toEqual(['joined', 'joined']);
  });

  it('pass an update on', async () => {
    const { world, join, alice, bob } = await start();
    await join(alice);
    await join(bob);
    expect(await alice.rooms.update(alice.member, KEY, '{"name":"A"}')).toBe(true);
    await world.clock.advance(10);
    expect(bob.member.heard.at(-1)).toMatchObject({
      type: 'peer-updated',
      peer: 'alice',
      meta: { name: 'A' },
    });
    expect(await bob.rooms.update(new Puppet('stranger'), KEY, '1')).toBe(false);
  });

  it('refuse who finds them full, and keep nothing of the attempt', async () => {
    const { join, leave, alice, bob, carol } = await start({ capacity: 2 });
    await join(alice);
    await join(bob);
    expect(await join(carol)).toBe('full');
    expect(carol.member.rooms.size).toBe(0);
    expect(carol.rooms.size).toBe(0);
    await leave(alice, 'left');
    expect(await join(carol)).toBe('joined');
  });

  it('are forgotten when nobody of this node sits there, with their renewals', async () => {
    const { join, leave, alice, bob } = await start();
    for (const each of [alice, bob]) await join(each);
    for (const each of [alice, bob]) await leave(each, 'left');
    for (const { rooms, ground, member } of [alice, bob]) {
      expect([rooms.size, rooms.renewalsForTesting, ground.writer.size, member.rooms.size]).toEqual([
        0, 0, 0, 0,
      ]);
    }
  });
});

describe('a room that is out of step', () => {
  it('is read once when an event does not follow from what is known, and again when something came meanwhile', async () => {
    const { world, join, alice, bob, carol } = await start();
    await join(alice);
    await join(bob);
    const reads = () => alice.ground.gate.count('assert');
    const before = reads();
    alice.ground.gate.next('assert', 'held');
    alice.rooms.happened(foreignEvent('x', 'y'), false);
    await world.clock.flush();
    expect(reads() - before).toBe(1);
    alice.rooms.happened(foreignEvent('y', 'z'), false);
    alice.rooms.happened(foreignEvent('z', 'a'), false);
    await world.clock.flush();
    expect(reads() - before).toBe(1);
    alice.ground.gate.open();
    await world.clock.flush();
    expect(reads() - before).toBe(2);
    await join(carol);
    expect(alice.member.story.at(-1)).toBe('peer-joined carol');
  });

  it('is not read when an event follows from what is known', async () => {
    const { join, alice, bob } = await start();
    await join(alice);
    const before = alice.ground.gate.count('assert');
    await join(bob);
    expect(alice.member.story).toEqual(['joined', 'peer-joined bob']);
    expect(alice.ground.gate.count('assert')).toBe(before);
  });

  it('is read again when news come while an older answer is still under way', async () => {
    const { world, join, alice, bob } = await start();
    await join(alice);
    alice.ground.gate.next('assert', 'slow');
    alice.rooms.repair(KEY);
    await world.clock.flush();
    await join(bob);
    alice.ground.gate.open();
    await world.clock.advance(10);
    expect(alice.member.story).toEqual(['joined', 'peer-joined bob']);
  });

  it('is read no more, nor its renewal set, when its last member here leaves meanwhile', async () => {
    const { world, join, alice, bob } = await start();
    await join(alice);
    await join(bob);
    alice.ground.gate.next('leave', 'held');
    void alice.rooms.leave(alice.member, KEY, 'left');
    alice.rooms.happened(foreignEvent('x', 'y'), false);
    await world.clock.flush();
    alice.ground.gate.open();
    await world.clock.advance(10);
    expect([alice.rooms.size, alice.rooms.renewalsForTesting]).toEqual([0, 0]);
  });

  it('is read when its news come late', async () => {
    const { world, join, alice, bob } = await start();
    await join(alice);
    await join(bob);
    const before = alice.ground.gate.count('assert');
    const { tag } = alice.rooms.get(KEY) ?? { tag: '' };
    alice.rooms.happened(foreignEvent(tag, 'other'), true);
    await world.clock.flush();
    expect(alice.ground.gate.count('assert')).toBe(before + 1);
    expect(alice.member.story).toEqual(['joined', 'peer-joined bob']);
  });

  it('is put right by its next renewal when all news of it were lost', async () => {
    const { world, join, alice, bob } = await start();
    await join(alice);
    world.fate = (_from, _to, envelopes) => (envelopes.some(({ kind }) => kind === 'room') ? 'lost' : 0);
    await join(bob);
    expect(alice.member.story).toEqual(['joined']);
    await world.clock.advance(LIMITS.renewalIntervalMs * 1.2);
    expect(alice.member.story).toEqual(['joined', 'peer-joined bob']);
  });

  it('is read by everybody when the answer to a leave was lost: nobody can tell in step what had happened', async () => {
    const { world, join, leave, alice, bob, carol } = await start();
    const dave = { ...alice, member: new Puppet('dave') };
    for (const each of [alice, dave, bob, carol]) await join(each);
    alice.ground.gate.next('leave', 'unanswered');
    await leave(alice, 'left');
    await world.clock.advance(500);
    for (const { member } of [bob, carol, dave]) {
      expect(member.heard.at(-1)).toMatchObject({ type: 'peer-left', peer: 'alice', reason: 'left' });
    }
  });
});

describe('a seat', () => {
  it('is given back when its join had no answer but happened: nobody stays who was told of no seat', async () => {
    const { world, join, alice, bob } = await start();
    await join(alice);
    bob.ground.gate.next('join', 'unanswered');
    await expect(join(bob)).rejects.toBeInstanceOf(Unavailable);
    await world.clock.advance(5_000);
    expect(await seated(world)).toEqual(['alice']);
    expect(alice.rooms.get(KEY)?.seats.size).toBe(1);
    expect([bob.rooms.size, bob.member.rooms.size, bob.rooms.renewalsForTesting]).toEqual([0, 0, 0]);
  });

  it('that its member holds already is not given back because it could not be asserted', async () => {
    const { world, join, alice } = await start();
    await join(alice);
    alice.ground.gate.next('assert', 'lost');
    await expect(join(alice)).rejects.toBeInstanceOf(Unavailable);
    await world.clock.advance(5_000);
    expect(await seated(world)).toEqual(['alice']);
    expect(alice.rooms.seatOf(alice.member, KEY)).toBeDefined();
    expect(alice.member.rooms.has(KEY)).toBe(true);
  });

  it('that comes after its session has ended leaves no ghost', async () => {
    const { world, join, alice, bob } = await start();
    await join(alice);
    bob.ground.gate.next('join', 'held');
    const late = bob.rooms.join(bob.member, wish());
    await world.clock.flush();
    bob.member.ended = true;
    void bob.rooms.leave(bob.member, KEY, 'lost');
    bob.ground.gate.open();
    await world.clock.advance(1_000);
    await late;
    expect(bob.member.heard).toEqual([]);
    expect(await seated(world)).toEqual(['alice']);
    expect([bob.rooms.size, bob.rooms.renewalsForTesting, bob.member.rooms.size]).toEqual([0, 0, 0]);
  });

  it('that comes after its session has ended is given back even if nobody asked for that', async () => {
    const { world, alice } = await start();
    alice.ground.gate.next('join', 'held');
    const late = alice.rooms.join(alice.member, wish());
    await world.clock.flush();
    alice.member.ended = true;
    alice.ground.gate.open();
    await world.clock.advance(1_000);
    await late;
    expect(await seated(world)).toEqual([]);
    expect(alice.rooms.size).toBe(0);
  });

  it('is known to be held by a member that left and came back at once', async () => {
    const { world, alice } = await start();
    await Promise.all([alice.rooms.join(alice.member, wish()), world.clock.advance(10)]);
    alice.ground.gate.next('leave', 'held');
    const left = alice.rooms.leave(alice.member, KEY, 'left');
    const back = alice.rooms.join(alice.member, wish());
    await world.clock.flush();
    alice.ground.gate.open();
    await world.clock.advance(10);
    await Promise.all([left, back]);
    // What a session holds when it ends is what stands here: a room that is missing would become a ghost.
    expect([...alice.member.rooms]).toEqual([KEY]);
    expect(await seated(world)).toEqual(['alice']);
  });

  it('is known to be held by a member whose first attempt failed when its second succeeds', async () => {
    const { world, join, alice, bob, carol } = await start({ capacity: 2 });
    await join(alice);
    await join(bob);
    carol.ground.gate.next('join', 'held');
    const first = carol.rooms.join(carol.member, wish());
    const second = carol.rooms.join(carol.member, wish());
    carol.ground.gate.next('join', 'held');
    await world.clock.flush();
    carol.ground.gate.open();
    await world.clock.flush();
    expect(await first).toBe('full');
    await bob.rooms.leave(bob.member, KEY, 'left');
    carol.ground.gate.open();
    await world.clock.advance(10);
    expect(await second).toBe('joined');
    expect(carol.member.rooms.has(KEY)).toBe(true);
  });

  it('is given back however long the directory does not answer', async () => {
    const { world, join, alice, bob } = await start();
    await join(alice);
    await join(bob);
    bob.ground.gate.isShut = true;
    void bob.rooms.leave(bob.member, KEY, 'left');
    await world.clock.advance(5_000);
    expect(await seated(world)).toEqual(['alice', 'bob']);
    bob.ground.gate.isShut = false;
    await world.clock.advance(5_000);
    expect(await seated(world)).toEqual(['alice']);
  });

  it('outlives its first life, because its node renews it; without renewals it does not', async () => {
    const { world, join, alice, bob } = await start();
    await join(alice);
    await join(bob);
    bob.rooms.stop();
    await world.clock.advance(LIFE_MS * 1.5);
    expect(await seated(world)).toEqual(['alice']);
    expect(alice.member.story.at(-1)).toBe('peer-left bob');
  });

  it('at a lost node waits for its peer, and goes when the window has ended; the others hear of both', async () => {
    const { world, join, alice, bob } = await start();
    await join(alice);
    await join(bob);
    alice.ground.news.nodesEnded = (nodes) => alice.rooms.nodesEnded(nodes);
    bob.ground.gate.isShut = true;
    bob.rooms.stop();
    await world.clock.advance(15_000);
    expect(alice.member.story.slice(1)).toEqual(['peer-joined bob', 'peer-away bob']);
    await world.clock.advance(AWAY_MS);
    expect(alice.member.heard.at(-1)).toMatchObject({ type: 'peer-left', peer: 'bob', reason: 'lost' });
  });
});

describe('when the directory has lost its data', () => {
  it('every seat is asserted again, and nobody hears of anything', async () => {
    const { world, join, everybody, alice, bob } = await start();
    await join(alice);
    await join(bob);
    for (const { rooms, ground } of everybody) ground.news.dataLost = () => rooms.assertAll();
    world.directory.forgetForTesting();
    await world.clock.advance(10_000);
    expect(await seated(world)).toEqual(['alice', 'bob']);
    expect(alice.member.story).toEqual(['joined', 'peer-joined bob']);
    expect(bob.member.story).toEqual(['joined']);
  });

  it('a join by name waits until the room can be back; once recovery is over, it makes the room', async () => {
    const { world, join, alice } = await start();
    world.directory.forgetForTesting();
    await world.clock.advance(LIMITS.beatIntervalMs * 2);
    expect(await join(alice)).toBe('recovering');
    await world.clock.advance(LIMITS.recoveryMs);
    expect(await join(alice)).toBe('joined');
  });
});

describe('a room that is announced when all are there', () => {
  it('is announced to each of them once, with everybody in it', async () => {
    const { join, alice, bob } = await start({ announceAt: 2 });
    await join(alice);
    expect(alice.member.heard).toEqual([]);
    await join(bob);
    for (const { member } of [alice, bob]) {
      expect(member.heard).toMatchObject([{ type: 'joined', peers: [{}] }]);
    }
  });

  it('is announced after a while without who did not come, who is announced on coming', async () => {
    const { world, join, alice, bob } = await start({ announceAt: 2 });
    await join(alice);
    await world.clock.advance(LIMITS.matchConfirmMs);
    expect(alice.member.heard).toMatchObject([{ type: 'joined', peers: [] }]);
    await join(bob);
    await world.clock.advance(LIMITS.matchConfirmMs);
    expect(alice.member.story).toEqual(['joined', 'peer-joined bob']);
    expect(bob.member.story).toEqual(['joined']);
  });
});
