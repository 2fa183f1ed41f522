import { describe, expect, it } from 'vitest';
import { joined, start } from './testing/coming-back.ts';

describe('news of a room that were lost on their way', () => {
  it('are made up for soon when the inbox was subscribed anew meanwhile', async () => {
    const { clock, alice, a, bob, hear } = await lossy();
    bob.say({ type: 'leave', room: 'stage' });
    await clock.advance(100);
    hear();
    a.bus.rebuild();
    await clock.advance(SOON_MS);
    expect(alice.story.at(-1)).toBe('peer-left bob');
  });

  it('are not noticed by a node that was never cut off, before something else comes or a renewal is due', async () => {
    const { clock, alice, bob, hear } = await lossy();
    bob.say({ type: 'leave', room: 'stage' });
    await clock.advance(100);
    hear();
    await clock.advance(SOON_MS * 10);
    expect(alice.story.at(-1)).toBe('peer-joined bob');
  });
});

/** A few rooms are read again within this. */
const SOON_MS = 1_000;

/** Alice's node hears of nothing that the other one says, until `hear`. */
async function lossy() {
  const { cluster, world, clock, a, b } = await start();
  const alice = await joined(cluster, a, 'alice');
  const bob = await joined(cluster, b, 'bob');
  // Nothing of the beginning is still to be read again.
  await clock.advance(5_000);
  world.fate = (from, to) => (from === 'node-b' && to === a.bus.inbox ? 'lost' : 0);
  return { clock, a, alice, bob, hear: () => void (world.fate = () => 0) };
}
