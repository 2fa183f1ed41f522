import { describe, expect, it } from 'vitest';
import { LIMITS } from './limits.ts';
import { Puppet } from './testing/puppet.ts';
import { KEY, later, roomOf, seated, STAGE, start } from './testing/rooms.ts';
import { AWAY_MS } from './testing/world.ts';

describe('a member whose connection is gone', () => {
  it('is away for everybody, and its seat waits, its place in the order too', async () => {
    const { world, join, drop, alice, bob, carol } = await start();
    for (const each of [alice, bob]) await join(each);
    await drop(bob);
    expect(alice.member.story).toEqual(['joined', 'peer-joined bob', 'peer-away bob']);
    expect(await seated(world)).toEqual(['alice', 'bob']);
    await join(carol);
    expect(carol.member.heard).toMatchObject([{ peers: [{ peer: 'alice' }, { peer: 'bob', away: true }] }]);
    expect(carol.member.heard[0]).not.toHaveProperty('peers.0.away');
    expect([bob.rooms.size, bob.rooms.renewalsForTesting]).toEqual([0, 0]);
  });

  it('is away soon for those of its own node, whether or not the directory can be told; others hear later', async () => {
    const { world, join, alice, bob } = await start();
    const dave = { ...bob, member: new Puppet('dave') };
    for (const each of [alice, bob, dave]) await join(each);
    bob.ground.gate.isShut = true;
    bob.member.ended = true;
    void bob.rooms.away(bob.member, KEY);
    await world.clock.advance(LIMITS.awayNewsMs);
    expect(dave.member.story.at(-1)).toBe('peer-away bob');
    await world.clock.advance(1_000);
    expect(alice.member.story.at(-1)).toBe('peer-joined dave');
    bob.ground.gate.isShut = false;
    await world.clock.advance(3_000);
    expect(alice.member.story.at(-1)).toBe('peer-away bob');
    expect(dave.member.story.filter((each) => each === 'peer-away bob')).toHaveLength(1);
  });

  it('is away for all when the answer to that was lost: nobody can tell in step what happened', async () => {
    const { world, join, drop, alice, bob } = await start();
    for (const each of [alice, bob]) await join(each);
    bob.ground.gate.next('away', 'unanswered');
    void drop(bob);
    await world.clock.advance(1_000);
    expect(alice.member.story.slice(1)).toEqual(['peer-joined bob', 'peer-away bob']);
  });

  it('is away for all soon after the directory, which was out of reach, answers again', async () => {
    const { world, join, drop, alice, bob } = await start();
    for (const each of [alice, bob]) await join(each);
    bob.ground.gate.isShut = true;
    void drop(bob);
    await world.clock.advance(3_500);
    bob.ground.gate.isShut = false;
    await world.clock.advance(5_000);
    expect((await roomOf(world)).seats[1]?.awayUntilMs).toBeDefined();
    expect(alice.member.story.at(-1)).toBe('peer-away bob');
  });

  it('is lost when its window has ended, though its own node has long forgotten it', async () => {
    const { world, join, drop, alice, bob } = await start();
    for (const each of [alice, bob]) await join(each);
    await drop(bob);
    bob.rooms.stop();
    await world.clock.advance(AWAY_MS - 100);
    expect(alice.member.story.at(-1)).toBe('peer-away bob');
    await world.clock.advance(15_000);
    expect(alice.member.heard.at(-1)).toMatchObject({ type: 'peer-left', peer: 'bob', reason: 'lost' });
    expect(await seated(world)).toEqual(['alice']);
  });

  it('that was told of no seat keeps none: it will not come back for it', async () => {
    const { world, alice } = await start();
    alice.ground.gate.next('join', 'held');
    const joining = alice.rooms.join(alice.member, { ...wishOf(), announce() {} });
    await world.clock.flush();
    alice.member.ended = true;
    alice.ground.gate.open();
    await world.clock.advance(1_000);
    await joining;
    expect(await seated(world)).toEqual([]);
  });
});

describe('a member that goes on at another session', () => {
  it('has its seat there, and the others hear that it is back', async () => {
    const { world, join, drop, resume, alice, bob, carol } = await start();
    for (const each of [alice, bob]) await join(each);
    await bob.rooms.update(bob.member, KEY, '"hello"');
    await drop(bob);
    const again = later(bob.member);
    expect(await resume(carol, again)).toBe(true);
    expect(alice.member.story.slice(-2)).toEqual(['peer-away bob', 'peer-back bob']);
    expect((await roomOf(world)).seats).toMatchObject([
      { peer: 'alice' },
      { peer: 'bob', session: 'bob-2', node: carol.ground.node, meta: '"hello"' },
    ]);
    await world.clock.advance(AWAY_MS * 3);
    expect(await seated(world)).toEqual(['alice', 'bob']);
  });

  it('is seen by nobody who did not know that it was away', async () => {
    const { join, resume, alice, bob, carol } = await start();
    for (const each of [alice, bob]) await join(each);
    const before = alice.member.story.length;
    await resume(carol, later(bob.member));
    void bob.rooms.handOver(bob.member, KEY);
    expect(alice.member.story.slice(before)).toEqual([]);
    expect(alice.rooms.get(KEY)?.seats.get(bob.member.peer)?.session).toBe('bob-2');
  });

  it('hears of nothing before it is announced', async () => {
    const { join, settle, drop, alice, bob, carol } = await start();
    for (const each of [alice, bob]) await join(each);
    await drop(bob);
    const again = later(bob.member);
    await settle(carol.rooms.resume(again, STAGE));
    await join(carol);
    expect(again.heard).toEqual([]);
    expect(carol.rooms.get(KEY)?.describe(seatOf(carol, again)).peers).toHaveLength(2);
  });

  it('finds no seat where its own was given back, or is of another life', async () => {
    const { world, join, leave, resume, alice, bob, carol } = await start();
    for (const each of [alice, bob]) await join(each);
    await leave(bob, 'left');
    expect(await resume(carol, later(bob.member))).toBe(false);
    expect(await resume(carol, new Puppet('alice', 2))).toBe(false);
    expect([carol.rooms.size, carol.rooms.renewalsForTesting]).toEqual([0, 0]);
    expect(await seated(world)).toEqual(['alice']);
  });

  it('but is gone again by then leaves its seat waiting', async () => {
    const { world, join, drop, resume, alice, bob, carol } = await start();
    for (const each of [alice, bob]) await join(each);
    await drop(bob);
    const again = later(bob.member);
    again.ended = true;
    await resume(carol, again);
    await world.clock.advance(1_000);
    expect((await roomOf(world)).seats[1]?.awayUntilMs).toBeDefined();
    expect(alice.member.story.at(-1)).toBe('peer-away bob');
    expect(carol.rooms.size).toBe(0);
  });

  it.each(['lost', 'unanswered'] as const)(
    'gets its seat, and all hear of it, however often that is %s',
    async (mishap) => {
      const { world, join, drop, alice, bob, carol } = await start();
      for (const each of [alice, bob]) await join(each);
      await drop(bob);
      carol.ground.gate.next('resume', ...Array(5).fill(mishap));
      const resumed = carol.rooms.resume(later(bob.member), STAGE);
      await world.clock.advance(10_000);
      expect(await resumed).toBe(true);
      expect(alice.member.story.at(-1)).toBe('peer-back bob');
    },
  );
});

describe('a new life in the place of an old one', () => {
  it('has the old one’s seat vacated, as replaced, wherever it was', async () => {
    const { world, join, settle, alice, bob, carol } = await start();
    for (const each of [alice, bob]) await join(each);
    const anew = new Puppet('bob', 2);
    await settle(carol.rooms.vacate(anew, STAGE, bob.member.instance, 'replaced'));
    expect(alice.member.heard.at(-1)).toMatchObject({ type: 'peer-left', peer: 'bob', reason: 'replaced' });
    expect(await seated(world)).toEqual(['alice']);
    expect(carol.rooms.size).toBe(0);
  });

  it('vacates nothing that a still later one has taken', async () => {
    const { world, join, settle, alice, bob, carol } = await start();
    await join(alice);
    await join({ ...bob, member: new Puppet('bob', 3) });
    await settle(carol.rooms.vacate(new Puppet('bob', 2), STAGE, bob.member.instance, 'replaced'));
    expect(await seated(world)).toEqual(['alice', 'bob']);
  });
});

describe('a session whose seats are a later one’s', () => {
  it('hears nothing of them any more, and leaves waiting after a while what nobody took', async () => {
    const { world, join, alice, bob } = await start();
    for (const each of [alice, bob]) await join(each);
    bob.member.ended = true;
    void bob.rooms.handOver(bob.member, KEY);
    expect(bob.rooms.seatOf(bob.member, KEY)).toBeUndefined();
    await world.clock.advance(LIMITS.handOverMs - 100);
    expect(alice.member.story.at(-1)).toBe('peer-joined bob');
    await world.clock.advance(1_000);
    expect(await seated(world)).toEqual(['alice', 'bob']);
    expect(alice.member.story.at(-1)).toBe('peer-away bob');
    expect(bob.rooms.size).toBe(0);
  });

  it('gives back nothing that was taken', async () => {
    const { world, join, resume, alice, bob, carol } = await start();
    for (const each of [alice, bob]) await join(each);
    await resume(carol, later(bob.member));
    void bob.rooms.handOver(bob.member, KEY);
    await world.clock.advance(LIMITS.handOverMs + 5_000);
    expect(await seated(world)).toEqual(['alice', 'bob']);
    expect(alice.member.story).toEqual(['joined', 'peer-joined bob']);
  });
});

describe('nodes that have ended', () => {
  it('leave their members away, in the directory as well, as soon as somebody looks', async () => {
    const { world, join, alice, bob } = await start();
    for (const each of [alice, bob]) await join(each);
    alice.ground.news.nodesEnded = (nodes) => alice.rooms.nodesEnded(nodes);
    bob.ground.gate.isShut = true;
    bob.rooms.stop();
    await world.clock.advance(12_000);
    expect(alice.member.story.at(-1)).toBe('peer-away bob');
    expect((await roomOf(world)).seats[1]?.awayUntilMs).toBeDefined();
  });

  it('change nothing for members of the others', async () => {
    const { join, alice, bob, carol } = await start();
    for (const each of [alice, bob, carol]) await join(each);
    alice.rooms.nodesEnded([bob.ground.node]);
    expect(alice.member.story.slice(-1)).toEqual(['peer-away bob']);
    expect(alice.rooms.get(KEY)?.seats.get(carol.member.peer)).not.toHaveProperty('awayUntilMs');
  });

  it('and only slept say that their members are back', async () => {
    const { world, join, alice, bob } = await start();
    for (const each of [alice, bob]) await join(each);
    alice.ground.news.nodesEnded = (nodes) => alice.rooms.nodesEnded(nodes);
    bob.ground.news.returned = () => bob.rooms.assertAll();
    bob.ground.gate.isShut = true;
    await world.clock.advance(12_000);
    bob.ground.gate.isShut = false;
    bob.member.isDoubted = true;
    await world.clock.advance(10_000);
    expect(alice.member.story.at(-1)).toBe('peer-away bob');
    bob.member.isDoubted = false;
    await world.clock.advance(10_000);
    expect(alice.member.story.at(-1)).toBe('peer-back bob');
  });
});

describe('the directory', () => {
  it('hears of a member before its seat is taken, and not when it sits there already', async () => {
    const { join, alice } = await start();
    await join(alice);
    expect(alice.entered).toEqual([alice.member]);
    await join(alice);
    expect(alice.entered).toHaveLength(1);
  });
});

const wishOf = () => ({ room: STAGE, meta: undefined, capacity: 16, mode: 'may-create' }) as const;

function seatOf({ rooms }: Awaited<ReturnType<typeof start>>['carol'], member: Puppet) {
  const own = rooms.seatOf(member, KEY);
  if (!own) throw new Error('no seat');
  return own.seat;
}
