import { describe, expect, it } from 'vitest';
import { back, joined, start, welcomeOf } from './testing/coming-back.ts';
import { AWAY_MS } from './testing/world.ts';

describe('seats of a session that was replaced, which the later one has not taken over', () => {
  it('wait when the node of the later one dies before it has them, and are found by the next', async () => {
    const { cluster, clock, a, alice, bob, resume, claimAndDie, c } = await three();
    await claimAndDie();
    // Only so the earlier session hears of it.
    bob.say({ type: 'join', room: 'second' });
    await clock.advance(15_000);
    expect(bob.ending?.reason).toBe('replaced');
    expect(alice.story.slice(-2)).toEqual(['peer-joined bob', 'peer-away bob']);

    const third = await back(cluster, c, 'bob', resume);
    expect(welcomeOf(third)).toMatchObject({ resumed: true, rooms: [{ room: 'stage' }] });
    await clock.advance(50);
    expect(alice.story.at(-1)).toBe('peer-back bob');
    expect(a.node.status().rooms).toBe(0);
  });

  it('wait no longer than others do', async () => {
    const { clock, alice, bob, claimAndDie } = await three();
    await claimAndDie();
    bob.say({ type: 'join', room: 'second' });
    await clock.advance(AWAY_MS + 30_000);
    expect(alice.last('peer-left')).toMatchObject({ peer: 'bob', reason: 'lost' });
  });

  it('are not dropped by their node when it asserts the room for others', async () => {
    const { cluster, clock, a, b, bob, resume } = await three();
    const dave = await joined(cluster, a, 'dave');
    // The later one has its claim, and must ask for the seat again and again.
    b.gate.next('resume', 'lost', 'lost', 'lost');
    const later = await b.open('bob', `resume=${resume}`);
    await clock.advance(10);
    bob.say({ type: 'join', room: 'second' });
    await clock.advance(20);
    expect([bob.ending?.reason, later.heard]).toEqual(['replaced', []]);
    const asserted = a.gate.count('assert');
    dave.say({ type: 'join', room: 'stage' });
    await clock.advance(5);
    expect(a.gate.count('assert')).toBeGreaterThan(asserted);
    await clock.advance(5_000);
    expect(welcomeOf(later)).toMatchObject({ resumed: true, rooms: [{ room: 'stage' }] });
    expect(dave.story.filter((each) => each.endsWith(' bob'))).toEqual([]);
  });
});

/** Bob sits at the first node, alice at the third, and bob is about to come back to the second. */
async function three() {
  const { cluster, world, clock, a, b } = await start();
  const c = await cluster.node('node-c', { heartbeatTimeoutMs: 1_000_000 });
  await clock.advance(4_000);
  const alice = await joined(cluster, c, 'alice');
  const bob = await joined(cluster, a, 'bob');
  const { resume } = welcomeOf(bob);
  /** The second node claims bob for a later session, and dies before that has a seat. Nobody hears of it. */
  const claimAndDie = async () => {
    b.gate.next('resume', 'lost', 'lost', 'lost', 'lost', 'lost');
    await b.open('bob', `resume=${resume}`);
    await clock.advance(10);
    b.gate.isShut = true;
    world.fate = (from, to) => ([from, to as string].includes('node-b') ? 'lost' : 0);
  };
  return { cluster, clock, a, b, c, alice, bob, resume, claimAndDie };
}
