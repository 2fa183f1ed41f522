import { describe, expect, it } from 'vitest';
import { back, joined, start, welcomeOf } from './testing/coming-back.ts';

describe('a peer that was away', () => {
  it('is away for the others, and back when it resumes at another node, with its mail before anything newer', async () => {
    const { cluster, a, b } = await start();
    const alice = await joined(cluster, a, 'alice');
    const bob = await joined(cluster, b, 'bob');
    const { instance, resume } = welcomeOf(bob);

    bob.drop();
    await cluster.world.clock.advance(50);
    expect(alice.story.slice(-2)).toEqual(['peer-joined bob', 'peer-away bob']);

    alice.say({ type: 'signal', id: 1, room: 'stage', to: 'bob', custom: 'first' });
    alice.say({ type: 'signal', id: 2, room: 'stage', to: 'bob', custom: 'second' });
    await cluster.world.clock.advance(50);
    expect(alice.story.slice(-2)).toEqual(['kept', 'kept']);

    const again = await back(cluster, a, 'bob', resume);
    expect(welcomeOf(again)).toMatchObject({ resumed: true, instance, peer: 'bob' });
    expect(welcomeOf(again).rooms).toMatchObject([{ room: 'stage', peers: [{ peer: 'alice' }] }]);
    expect(again.story).toEqual(['welcome', 'signal', 'signal']);
    expect(again.heard.slice(1)).toMatchObject([{ custom: 'first' }, { custom: 'second' }]);
    await cluster.world.clock.advance(50);
    expect(alice.story.slice(-1)).toEqual(['peer-back bob']);

    alice.say({ type: 'signal', id: 3, room: 'stage', to: 'bob', custom: 'third' });
    await cluster.world.clock.advance(50);
    expect(alice.story.slice(-1)).toEqual(['delivered']);
  });

  it('that comes back while its old socket lives is seen by nobody, and the old one closes as replaced', async () => {
    const { cluster, a, b } = await start();
    const alice = await joined(cluster, a, 'alice');
    const bob = await joined(cluster, b, 'bob');
    const before = alice.heard.length;

    const again = await back(cluster, a, 'bob', welcomeOf(bob).resume);
    await cluster.world.clock.advance(10_000);
    expect(bob.ending?.reason).toBe('replaced');
    expect(alice.heard.slice(before)).toEqual([]);
    again.say({ type: 'signal', id: 1, room: 'stage', to: 'alice', custom: 'hello' });
    await cluster.world.clock.advance(50);
    expect(again.story.slice(-1)).toEqual(['delivered']);
    expect(alice.last('signal')).toMatchObject({ custom: 'hello' });
  });

  it('is lost when its window has ended, and not before', async () => {
    const { cluster, a, b } = await start();
    const alice = await joined(cluster, a, 'alice');
    const bob = await joined(cluster, b, 'bob');
    bob.drop();
    await cluster.world.clock.advance(119_000);
    expect(alice.story.slice(-1)).toEqual(['peer-away bob']);
    await cluster.world.clock.advance(15_000);
    expect(alice.last('peer-left')).toMatchObject({ peer: 'bob', reason: 'lost' });
  });

  it('whose node slept is back without a word, but is sent back for what was kept for it: mail-waits', async () => {
    const { cluster, a, b } = await start();
    const alice = await joined(cluster, a, 'alice');
    const [bob, carol] = [await joined(cluster, b, 'bob'), await joined(cluster, b, 'carol')];
    b.gate.isShut = true;
    await cluster.world.clock.advance(11_000);
    expect(alice.story.slice(-2).toSorted()).toEqual(['peer-away bob', 'peer-away carol']);
    alice.say({ type: 'signal', id: 1, room: 'stage', to: 'bob', custom: 'kept for bob' });
    await cluster.world.clock.advance(50);

    b.gate.isShut = false;
    for (let s = 0; s < 20; s += 1) {
      await cluster.world.clock.advance(1_000);
      for (const { listener, ending } of [bob, carol]) if (!ending) listener?.alive();
    }
    expect(bob.ending?.reason).toBe('mail-waits');
    expect(carol.ending).toBeUndefined();
    expect(alice.story.filter((line) => /peer-(back|left) carol/.test(line))).toEqual(['peer-back carol']);
    const again = await back(cluster, a, 'bob', welcomeOf(bob).resume);
    expect(again.story).toEqual(['welcome', 'signal']);
    await cluster.world.clock.advance(50);
    expect(alice.story.slice(-1)).toEqual(['peer-back bob']);
  });

  it('is away when its node dies, and comes back elsewhere', async () => {
    const { cluster, a, b } = await start();
    const alice = await joined(cluster, a, 'alice');
    const bob = await joined(cluster, b, 'bob');
    b.gate.isShut = true;
    cluster.world.fate = (from, to) => ([from, to as string].includes('node-b') ? 'lost' : 0);
    await cluster.world.clock.advance(11_000);
    expect(alice.story.slice(-1)).toEqual(['peer-away bob']);
    alice.say({ type: 'signal', id: 1, room: 'stage', to: 'bob', custom: 'first' });
    await cluster.world.clock.advance(50);
    expect(alice.story.slice(-1)).toEqual(['kept']);
    const again = await back(cluster, a, 'bob', welcomeOf(bob).resume);
    await cluster.world.clock.advance(50);
    expect(again.story).toEqual(['welcome', 'signal']);
    expect(alice.story.slice(-1)).toEqual(['peer-back bob']);
  });

  it('that starts anew takes the place of the old one', async () => {
    const { cluster, a, b } = await start();
    const alice = await joined(cluster, a, 'alice');
    const bob = await joined(cluster, b, 'bob');
    const again = await joined(cluster, a, 'bob');
    await cluster.world.clock.advance(5_000);
    expect(welcomeOf(again)).toMatchObject({ resumed: false });
    expect(bob.ending?.reason).toBe('replaced');
    expect(alice.heard.slice(-2)).toMatchObject([
      { type: 'peer-left', reason: 'replaced' },
      { type: 'peer-joined', instance: welcomeOf(again).instance },
    ]);
  });
});
