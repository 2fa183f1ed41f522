import { describe, expect, it } from 'vitest';
import type { QueueName } from '@parley/protocol';
import type { QueueKey } from './keys.ts';
import { LIMITS } from './limits.ts';
import { Matchmaker } from './matchmaker.ts';
import { type QueueDirectory, Unavailable } from './ports/directory.ts';
import type { MatchWish } from './queue-view.ts';
import { Puppet } from './testing/puppet.ts';
import { type Ground, World } from './testing/world.ts';

const KEY = 'main/2/chess' as QueueKey;

describe('matching over several nodes', () => {
  it('brings those together who came first, each once, and forgets them', async () => {
    const { world, match, matched, everybody, alice, bob, carol } = await start();
    for (const each of [alice, bob, carol]) await match(each);
    await world.clock.advance(100);
    expect(matched).toEqual(['alice', 'bob']);
    expect(carol.matchmaker.waiting).toBe(1);
    await world.clock.advance(60_000);
    expect(matched).toEqual(['alice', 'bob']);
    for (const { matchmaker, member } of everybody.slice(0, 2)) {
      expect([matchmaker.size, matchmaker.renewalsForTesting, member.queues.size]).toEqual([0, 0, 0]);
    }
  });

  it('still does when nodes hear nothing from each other: the renewal brings what was lost', async () => {
    const { world, match, matched, alice, bob } = await start();
    world.fate = (_from, _to, envelopes) => (envelopes.some(({ kind }) => kind === 'match') ? 'lost' : 0);
    await match(alice);
    await match(bob);
    await world.clock.advance(100);
    expect(matched).toEqual([]);
    await world.clock.advance(LIMITS.waiterRenewalMs * 3);
    expect(matched.toSorted((a, b) => a.localeCompare(b))).toEqual(['alice', 'bob']);
  });

  it('gives a place back to who confirmed when the other did not, and matches it with the next', async () => {
    const { world, match, matched, alice, bob, carol } = await start();
    await match(alice);
    bob.ground.gate.next('confirm', 'lost', 'lost', 'lost');
    await match(bob);
    bob.member.ended = true;
    await bob.matchmaker.leave(bob.member, KEY);
    await match(carol);
    await world.clock.advance(20_000);
    expect(matched.toSorted((a, b) => a.localeCompare(b))).toEqual(['alice', 'carol']);
  });

  it('does not take a match that is over for one of who waits again', async () => {
    const { world, match, matched, alice, bob } = await start();
    const news = spyOnMatches(world);
    await match(alice);
    await match(bob);
    await world.clock.advance(100);
    await match(alice);
    for (const envelope of news) alice.matchmaker.told(envelope);
    await world.clock.advance(LIMITS.waiterRenewalMs * 2);
    expect(news.length).toBeGreaterThan(0);
    expect(matched).toEqual(['alice', 'bob']);
    expect(alice.matchmaker.waiting).toBe(1);
  });
});

describe('a place in a queue', () => {
  it('is said to be had once it is, and given up when asked', async () => {
    const { match, unmatch, alice } = await start();
    expect(await match(alice)).toBe('waiting');
    expect(alice.member.story).toEqual(['waiting']);
    expect(await unmatch(alice)).toBe('left');
    expect(await unmatch(alice)).toBe('absent');
    expect([alice.matchmaker.size, alice.matchmaker.renewalsForTesting]).toEqual([0, 0]);
  });

  it('is given up also when that is asked before it is had', async () => {
    const { world, match, alice } = await start();
    alice.ground.gate.next('enqueue', 'held');
    const waiting = match(alice);
    const left = alice.matchmaker.unmatch(alice.member, KEY);
    await world.clock.flush();
    alice.ground.gate.open();
    expect(await waiting).toBe('waiting');
    expect(await left).toBe('left');
    const { peer, fence } = alice.member;
    expect(await world.directory.queues.unmatch({ key: KEY, peer, fence })).toBe('absent');
  });

  it('that comes after its session has ended leaves no ghost', async () => {
    const { world, match, matched, alice, bob } = await start();
    alice.ground.gate.next('enqueue', 'held');
    const late = match(alice);
    alice.member.ended = true;
    void alice.matchmaker.leave(alice.member, KEY);
    alice.ground.gate.open();
    await late;
    await match(bob);
    await world.clock.advance(10_000);
    expect(matched).toEqual([]);
    expect([alice.matchmaker.size, alice.member.queues.size]).toEqual([0, 0]);
  });

  it('is undone when it was had and the answer was lost', async () => {
    const { world, match, matched, alice, bob } = await start();
    alice.ground.gate.next('enqueue', 'unanswered');
    await expect(match(alice)).rejects.toBeInstanceOf(Unavailable);
    await world.clock.advance(2_000);
    await match(bob);
    await world.clock.advance(10_000);
    expect(matched).toEqual([]);
    expect([alice.matchmaker.size, alice.member.queues.size]).toEqual([0, 0]);
  });

  it('is never asked for a second time: the answer is known, and the match may be complete already', async () => {
    const { world, match, matched, alice, bob } = await start();
    await match(alice);
    alice.ground.gate.next('enqueue', 'lost');
    expect(await match(alice)).toBe('waiting');
    await world.clock.advance(2_000);
    await match(bob);
    await world.clock.advance(10_000);
    expect(matched).toEqual(['alice', 'bob']);
  });

  it('is known to be held by a member that gave it up and came back at once', async () => {
    const { match, alice } = await start();
    await match(alice);
    const left = alice.matchmaker.unmatch(alice.member, KEY);
    const back = match(alice);
    expect(await left).toBe('left');
    expect(await back).toBe('waiting');
    expect([...alice.member.queues]).toEqual([KEY]);
  });

  it('outlives its first life, because its node renews it', async () => {
    const { world, match, matched, alice, bob } = await start();
    await match(alice);
    await world.clock.advance(LIMITS.waiterLifeMs * 3);
    await match(bob);
    await world.clock.advance(100);
    expect(matched).toEqual(['alice', 'bob']);
  });

  it('at a node that fell silent lapses, and nobody is matched with it', async () => {
    const { world, match, matched, alice, bob } = await start();
    await match(alice);
    alice.matchmaker.stop();
    await world.clock.advance(LIMITS.waiterLifeMs + 1);
    await match(bob);
    await world.clock.advance(1_000);
    expect(matched).toEqual([]);
  });

  it('is asserted again when the directory has lost its data, at its old place', async () => {
    const { world, match, matched, everybody, alice, bob, carol } = await start();
    for (const { ground, matchmaker } of everybody) ground.news.dataLost = () => matchmaker.assertAll();
    await match(alice);
    world.directory.forgetForTesting();
    await world.clock.advance(5_000);
    await match(bob);
    await match(carol);
    await world.clock.advance(100);
    expect(matched).toEqual(['alice', 'bob']);
  });
});

describe('a member that goes away', () => {
  it('loses its turn: who waits behind it is matched without it', async () => {
    const { world, match, goAway, matched, alice, bob, carol } = await start();
    await match(alice);
    await goAway(alice);
    await match(bob);
    await world.clock.advance(LIMITS.waiterRenewalMs * 3);
    expect(matched).toEqual([]);
    await match(carol);
    await world.clock.advance(100);
    expect(matched).toEqual(['bob', 'carol']);
  });

  it('loses it also when it had been proposed already, and the other is free again', async () => {
    const { world, match, goAway, matched, alice, bob, carol } = await start();
    await match(alice);
    bob.ground.gate.next('confirm', 'lost', 'lost', 'lost');
    await match(bob);
    await goAway(bob);
    await match(carol);
    await world.clock.advance(100);
    expect(matched.toSorted((a, b) => a.localeCompare(b))).toEqual(['alice', 'carol']);
  });

  it('has its old place when it comes back in time, at whatever node', async () => {
    const { world, match, goAway, comeBack, awayMs, places, alice, bob, carol } = await start();
    await match(alice);
    await goAway(alice);
    await match(bob);
    await world.clock.advance(awayMs - 1_000);
    await comeBack(alice, carol);
    await world.clock.advance(100);
    expect(places).toEqual(['alice', 'bob']);
  });

  it('has a new place when it comes back too late', async () => {
    const { world, match, goAway, comeBack, awayMs, places, alice, bob, carol } = await start();
    await match(alice);
    await goAway(alice);
    await match(bob);
    await world.clock.advance(awayMs);
    await comeBack(alice, carol);
    await world.clock.advance(100);
    expect(places).toEqual(['bob', 'alice']);
  });

  it('would have a new place as well if it had left', async () => {
    const { world, match, comeBack, places, alice, bob, carol } = await start();
    await match(alice);
    await alice.matchmaker.leave(alice.member, KEY);
    await match(bob);
    await comeBack(alice, carol);
    await world.clock.advance(100);
    expect(places).toEqual(['bob', 'alice']);
  });

  it('is away as soon as the directory can be told, and its node forgets it then', async () => {
    const { world, match, goAway, comeBack, places, alice, bob, carol } = await start();
    await match(alice);
    alice.ground.gate.isShut = true;
    await goAway(alice);
    alice.ground.gate.isShut = false;
    await world.clock.advance(2_000);
    expect([alice.matchmaker.size, alice.member.queues.size]).toEqual([0, 0]);
    await match(bob);
    await comeBack(alice, carol);
    await world.clock.advance(100);
    expect(places).toEqual(['alice', 'bob']);
  });

  it('before it has its place gets one without a turn', async () => {
    const { world, match, goAway, comeBack, matched, places, alice, bob, carol } = await start();
    alice.ground.gate.next('enqueue', 'held');
    const late = match(alice);
    await goAway(alice);
    alice.ground.gate.open();
    await late;
    await match(bob);
    await world.clock.advance(10_000);
    expect(matched).toEqual([]);
    await comeBack(alice, carol);
    await world.clock.advance(100);
    expect(places).toEqual(['alice', 'bob']);
  });

  it('with its whole node has its place as well: others know that the node is lost', async () => {
    const { world, match, comeBack, matched, places, alice, bob, carol } = await start();
    await match(alice);
    alice.ground.gate.isShut = true;
    await world.clock.advance(LIMITS.beatLifeMs + LIMITS.beatIntervalMs);
    await match(bob);
    await world.clock.advance(LIMITS.waiterLifeMs);
    expect(matched).toEqual([]);
    await comeBack(alice, carol);
    await world.clock.advance(100);
    expect(places).toEqual(['alice', 'bob']);
  });
});

describe('a member in doubt, whose node was taken for lost', () => {
  it('is promised to no match before it has shown that it is there, and then has its place', async () => {
    const { world, match, matched, places, alice, bob } = await start();
    await match(alice);
    const doubt = (isDoubted: boolean) => Object.assign(alice.member, { isDoubted });
    doubt(true);
    await match(bob);
    await world.clock.advance(LIMITS.waiterRenewalMs * 2);
    expect(matched).toEqual([]);
    expect(alice.ground.gate.count('assert')).toBe(0);
    doubt(false);
    await world.clock.advance(LIMITS.waiterRenewalMs * 3);
    expect(places).toEqual(['alice', 'bob']);
  });
});

describe('a time-out of waiting', () => {
  it('gives the place up and says so, once', async () => {
    const { world, match, timedOut, alice } = await start();
    await match(alice, { timeoutMs: 5_000 });
    await world.clock.advance(4_900);
    expect(timedOut).toEqual([]);
    await world.clock.advance(60_000);
    expect(timedOut).toEqual(['alice']);
    expect(alice.matchmaker.size).toBe(0);
  });

  it('is tried again while the directory does not answer', async () => {
    const { world, match, timedOut, alice } = await start();
    await match(alice, { timeoutMs: 5_000 });
    alice.ground.gate.isShut = true;
    await world.clock.advance(20_000);
    expect(timedOut).toEqual([]);
    alice.ground.gate.isShut = false;
    await world.clock.advance(5_000);
    expect(timedOut).toEqual(['alice']);
  });

  it('does not end a later wait of the same member', async () => {
    const { world, match, unmatch, timedOut, alice } = await start();
    await match(alice, { timeoutMs: 5_000 });
    alice.ground.gate.next('unmatch', 'lost');
    await world.clock.advance(5_010);
    await unmatch(alice);
    await match(alice);
    await world.clock.advance(60_000);
    expect(timedOut).toEqual([]);
    expect(alice.matchmaker.waiting).toBe(1);
  });

  it('is over with the match', async () => {
    const { world, match, matched, timedOut, alice, bob } = await start();
    await match(alice, { timeoutMs: 1_000 });
    await match(bob);
    await world.clock.advance(60_000);
    expect(matched).toEqual(['alice', 'bob']);
    expect(timedOut).toEqual([]);
  });
});

interface Place {
  readonly ground: Ground;
  readonly matchmaker: Matchmaker;
  readonly member: Puppet;
}

/** Three nodes, with one member each. */
async function start() {
  const world = new World();
  const matched: string[] = [];
  /** The members of the last match, by their places. */
  const places: string[] = [];
  const timedOut: string[] = [];

  async function place(name: string): Promise<Place> {
    const ground = await world.ground(`node-of-${name}`).start();
    const { node, membership, streams, writer, clock, random, gate, news } = ground;
    const matchmaker = new Matchmaker({
      node,
      membership,
      streams,
      writer,
      clock,
      random,
      directory: gate.over<QueueDirectory>(world.directory.queues),
      matched: async ({ peer }, match) => {
        matched.push(peer);
        places.splice(0, places.length, ...match.members.map((member) => member.peer));
      },
      timedOut: ({ peer }) => timedOut.push(peer),
    });
    news.match = (envelope) => matchmaker.told(envelope);
    return { ground, matchmaker, member: new Puppet(name) };
  }
  const [alice, bob, carol] = [await place('alice'), await place('bob'), await place('carol')];
  await world.clock.advance(LIMITS.beatIntervalMs);

  async function settle<T>(doing: Promise<T>): Promise<T> {
    doing.catch(() => {});
    await world.clock.advance(10);
    return doing;
  }
  const wish: MatchWish = { queue: 'chess' as QueueName, size: 2, meta: undefined, timeoutMs: undefined };
  const match = ({ matchmaker, member }: Place, more: Partial<MatchWish> = {}) =>
    settle(
      matchmaker.enqueue(member, KEY, { ...wish, ...more }, () =>
        member.send({ type: 'waiting', queue: wish.queue, size: 2 }),
      ),
    );
  return {
    world,
    alice,
    bob,
    carol,
    everybody: [alice, bob, carol],
    matched,
    timedOut,
    places,
    awayMs: alice.ground.membership.awayMs,
    match,
    /** Its connection is gone. */
    goAway: ({ matchmaker, member }: Place) => {
      member.ended = true;
      void matchmaker.away(member, KEY);
      return world.clock.advance(10);
    },
    /** A later session of the same instance, at the node of another place, waits. */
    comeBack: ({ member: { peer, instance } }: Place, { ground, matchmaker }: Place) => {
      const member = Object.assign(new Puppet(peer, 2), { instance });
      return match({ ground, matchmaker, member });
    },
    unmatch: ({ matchmaker, member }: Place) => settle(matchmaker.unmatch(member, KEY)),
  };
}

function spyOnMatches(world: World) {
  const news: Parameters<Matchmaker['told']>[0][] = [];
  world.fate = (_from, _to, envelopes) => {
    for (const envelope of envelopes) if (envelope.kind === 'match') news.push(envelope);
    return 0;
  };
  return news;
}
