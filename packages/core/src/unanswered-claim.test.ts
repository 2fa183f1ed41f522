import { describe, expect, it } from 'vitest';
import { back, joined, start, welcomeOf } from './testing/coming-back.ts';

describe('a claim to an earlier life that was made, and whose answer was lost', () => {
  it('leaves its peer away, with mail, and the way back open', async () => {
    const { cluster, clock, a, b } = await start();
    const alice = await joined(cluster, a, 'alice');
    const bob = await joined(cluster, b, 'bob');
    const { instance, resume } = welcomeOf(bob);
    bob.drop();
    await clock.advance(50);
    b.gate.next('claim', 'unanswered');
    const second = await back(cluster, b, 'bob', resume);
    expect([second.heard, second.ending?.reason]).toEqual([[], 'cluster-unavailable retry=2000']);
    await clock.advance(5_000);
    alice.say({ type: 'signal', id: 1, room: 'stage', to: 'bob', custom: 'kept' });
    await clock.advance(1_000);
    expect(alice.story.slice(-2)).toEqual(['peer-away bob', 'kept']);

    const third = await back(cluster, a, 'bob', resume);
    expect(welcomeOf(third)).toMatchObject({ resumed: true, instance, rooms: [{ room: 'stage' }] });
    expect(third.last('signal')).toMatchObject({ custom: 'kept' });
  });

  it('has the mail of whom it claimed handed over again: nobody has it', async () => {
    const { cluster, clock, a, b } = await start();
    const alice = await joined(cluster, a, 'alice');
    const bob = await joined(cluster, b, 'bob');
    bob.drop();
    await clock.advance(50);
    alice.say({ type: 'signal', id: 1, room: 'stage', to: 'bob', custom: 'kept' });
    await clock.advance(50);
    b.gate.next('claim', 'unanswered');
    const { resume } = welcomeOf(bob);
    await back(cluster, b, 'bob', resume);
    await clock.advance(5_000);
    const third = await back(cluster, b, 'bob', resume);
    expect(third.last('signal')).toMatchObject({ custom: 'kept', mailed: 1 });
  });
});
