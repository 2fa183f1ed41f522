import { describe, expect, it } from 'vitest';
import { back, joined, leftoversOf, start, welcomeOf } from './testing/coming-back.ts';
import { roomOf } from './testing/rooms.ts';
import { AWAY_MS } from './testing/world.ts';

describe('who comes with proof of an earlier session', () => {
  it('is the same peer in the same life, at another session, with another secret', async () => {
    const { cluster, a, b } = await start();
    const early = welcomeOf(await joined(cluster, a, 'guest'));
    const late = welcomeOf(await back(cluster, b, 'guest', early.resume));
    expect(late).toMatchObject({ resumed: true, peer: early.peer, instance: early.instance });
    expect(late.session).not.toBe(early.session);
    expect(late.resume).not.toBe(early.resume);
  });

  it('sits where it sat, but for what it had left', async () => {
    const { cluster, clock, a, b } = await start();
    const bob = await joined(cluster, a, 'bob', ['stage', 'hall', 'attic']);
    bob.say({ type: 'leave', room: 'hall' });
    await clock.advance(20);
    bob.drop();
    const again = await back(cluster, b, 'bob', welcomeOf(bob).resume);
    expect(welcomeOf(again).rooms?.map(({ room }) => room)).toEqual(['stage', 'attic']);
    again.say({ type: 'bye' });
    for (const socket of [bob, again]) socket.drop();
    await clock.advance(10_000);
    expect([leftoversOf(a), leftoversOf(b)]).toEqual([[], []]);
  });

  it('may come with the older secret until it was heard, for its welcome may have been lost; and then not', async () => {
    const { cluster, clock, a, b } = await start();
    const first = await joined(cluster, a, 'guest');
    first.drop();
    const { resume, peer } = welcomeOf(first);
    const unheard = await back(cluster, b, 'guest', resume);
    unheard.drop();
    const heard = await back(cluster, b, 'guest', resume);
    expect(welcomeOf(heard)).toMatchObject({ resumed: true, peer });
    heard.say({ type: 'ping' });
    await clock.advance(20);
    heard.drop();
    expect(welcomeOf(await back(cluster, b, 'guest', resume)).resumed).toBe(false);
    expect(welcomeOf(await back(cluster, b, 'guest', welcomeOf(heard).resume))).toMatchObject({
      resumed: true,
      peer,
    });
  });

  it('is somebody new when it proves nothing, and takes nothing from whom it named', async () => {
    const { cluster, clock, a, b } = await start();
    const { peer } = welcomeOf(await joined(cluster, a, 'guest'));
    const forged = Buffer.from(peer).toString('base64url') + `.${'0'.repeat(32)}`;
    const stranger = await back(cluster, b, 'guest', forged);
    expect(welcomeOf(stranger).resumed).toBe(false);
    expect(welcomeOf(stranger).peer).not.toBe(peer);
    await clock.advance(1_000);
    expect((await roomOf(cluster.world)).seats).toMatchObject([{ peer }]);
    stranger.say({ type: 'join', room: 'stage', id: 1 });
    await clock.advance(20);
    expect(stranger.last('joined')).toMatchObject({ peers: [{ peer }] });
  });

  it('is somebody new when its window has ended, and in the last moment before that is not', async () => {
    const { cluster, clock, a, b } = await start();
    const bob = await joined(cluster, a, 'guest');
    bob.drop();
    await clock.advance(AWAY_MS - 100);
    const again = await back(cluster, b, 'guest', welcomeOf(bob).resume);
    expect(welcomeOf(again)).toMatchObject({ resumed: true, rooms: [{ room: 'stage' }] });
    again.drop();
    await clock.advance(AWAY_MS + 100);
    const late = await back(cluster, b, 'guest', welcomeOf(again).resume);
    expect(welcomeOf(late)).toMatchObject({ resumed: false });
    expect(welcomeOf(late).rooms).toBeUndefined();
  });

  it('but wants to start anew has a new life in the place of the old one, which goes at once', async () => {
    const { cluster, clock, a, b } = await start();
    const alice = await joined(cluster, a, 'alice');
    const bob = await joined(cluster, b, 'guest');
    const { peer, resume, instance } = welcomeOf(bob);
    const again = await back(cluster, a, 'guest', resume, 'restart');
    await clock.advance(100);
    expect(welcomeOf(again)).toMatchObject({ resumed: false, peer });
    expect(welcomeOf(again).instance).not.toBe(instance);
    expect(bob.ending?.reason).toBe('replaced');
    expect(alice.last('peer-left')).toMatchObject({ peer, reason: 'replaced' });
    expect((await roomOf(cluster.world)).seats.map((seat) => seat.peer)).toEqual(['alice']);
  });

  it('and whose credential names a peer may always start anew, but not go on without the secret', async () => {
    const { cluster, clock, a, b } = await start();
    const alice = await joined(cluster, a, 'alice');
    const bob = await joined(cluster, b, 'bob');
    bob.drop();
    const again = await back(
      cluster,
      a,
      'bob',
      `${Buffer.from('bob').toString('base64url')}.${'0'.repeat(32)}`,
    );
    await clock.advance(100);
    expect(welcomeOf(again)).toMatchObject({ resumed: false, peer: 'bob' });
    expect(welcomeOf(again).instance).not.toBe(welcomeOf(bob).instance);
    expect(alice.last('peer-left')).toMatchObject({ peer: 'bob', reason: 'replaced' });
  });
});

describe('who hears of nothing before its welcome', () => {
  it('is told then how the rooms stand, and nothing twice', async () => {
    const { cluster, clock, a, b } = await start();
    await joined(cluster, a, 'alice');
    const bob = await joined(cluster, b, 'bob', ['stage', 'hall']);
    bob.drop();
    // Its seats are taken, but the answers are slow; meanwhile others come.
    b.gate.next('resume', 'slow', 'slow');
    const again = await back(cluster, b, 'bob', welcomeOf(bob).resume);
    expect(again.story).toEqual([]);
    await joined(cluster, a, 'carol');
    b.gate.open();
    await clock.advance(20);
    expect(again.story).toEqual(['welcome']);
    expect(welcomeOf(again).rooms).toMatchObject([
      { room: 'stage', peers: [{ peer: 'alice' }, { peer: 'carol' }] },
      { room: 'hall', peers: [] },
    ]);
    await joined(cluster, a, 'dave');
    expect(again.story).toEqual(['welcome', 'peer-joined dave']);
  });
});

describe('a socket that is gone while its session arrives', () => {
  it('at the claim of a new life leaves nothing but that life, which is away', async () => {
    const { cluster, clock, a } = await start();
    a.gate.next('claim', 'held');
    const bob = await a.open('bob');
    await clock.advance(10);
    bob.drop();
    a.gate.open();
    await clock.advance(5_000);
    expect(bob.heard).toEqual([]);
    expect(leftoversOf(a)).toEqual([]);
    await clock.advance(AWAY_MS + 200_000);
    expect(cluster.world.directory.sizesForTesting().peers).toBe(0);
  });

  it.each([
    ['at its claim', 'claim', 'held'],
    ['while the claim is answered', 'claim', 'slow'],
    ['while its seat is asked for', 'resume', 'held'],
    ['while its seat is answered', 'resume', 'slow'],
  ] as const)('%s costs nobody the way back: seat and mail wait on', async (_when, method, mishap) => {
    const { cluster, clock, a, b } = await start();
    const alice = await joined(cluster, a, 'alice');
    const bob = await joined(cluster, b, 'bob');
    bob.drop();
    await clock.advance(20);
    alice.say({ type: 'signal', room: 'stage', to: 'bob', custom: 'first', id: 1 });
    await clock.advance(20);
    b.gate.next(method, mishap);
    const { resume, instance } = welcomeOf(bob);
    const broken = await b.open('bob', `resume=${resume}`);
    await clock.advance(20);
    broken.drop();
    b.gate.open();
    await clock.advance(5_000);
    expect(broken.heard).toEqual([]);
    expect(leftoversOf(b)).toEqual([]);
    expect(alice.story.filter((each) => each.startsWith('peer-')).at(-1)).toBe('peer-away bob');

    const again = await back(cluster, b, 'bob', resume);
    expect(welcomeOf(again)).toMatchObject({ resumed: true, instance, rooms: [{ room: 'stage' }] });
    expect(again.last('signal')).toMatchObject({ custom: 'first' });
    await clock.advance(50);
    expect(alice.story.at(-1)).toBe('peer-back bob');
  });
});

describe('seats that cannot be taken in time', () => {
  it('send the client away to come again, and wait on', async () => {
    const { cluster, clock, a, b } = await start();
    const alice = await joined(cluster, a, 'alice');
    const bob = await joined(cluster, b, 'bob');
    bob.drop();
    b.gate.next('resume', 'lost', 'lost', 'lost', 'lost');
    const { resume } = welcomeOf(bob);
    const early = await back(cluster, b, 'bob', resume);
    await clock.advance(740);
    expect([early.story, early.closedWith]).toEqual([[], 4003]);
    early.drop();
    await clock.advance(10_000);
    expect(leftoversOf(b)).toEqual([]);
    expect(alice.last('peer-left')).toBeUndefined();
    expect(welcomeOf(await back(cluster, b, 'bob', resume))).toMatchObject({ resumed: true, rooms: [{}] });
  });
});
