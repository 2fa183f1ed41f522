import { describe, expect, it } from 'vitest';
import { back, joined, start, welcomeOf } from './testing/coming-back.ts';
import { AWAY_MS } from './testing/world.ts';

describe('mail of a window that has ended', () => {
  it.each([
    ['over', 40_000, []],
    ['not over', 4_000, ['kept while it was away']],
  ])('is handed to nobody, though the peer itself was never gone: %s', async (_when, ms, mail) => {
    const { cluster, clock, a, b } = await start({ resumeWindowMs: 20_000 });
    const alice = await joined(cluster, a, 'alice');
    const bob = await joined(cluster, b, 'bob');
    const { resume } = welcomeOf(bob);
    b.gate.isShut = true;
    await clock.advance(11_000);
    alice.say({ type: 'signal', id: 1, room: 'stage', to: 'bob', custom: 'kept while it was away' });
    await clock.advance(ms);
    expect(alice.last('kept')).toBeDefined();

    b.gate.isShut = false;
    for (let s = 0; s < 10; s += 1) {
      await clock.advance(1_000);
      bob.listener?.alive();
    }
    bob.drop();
    await clock.advance(50);
    const again = await back(cluster, a, 'bob', resume);
    const heard = again.heard.flatMap((message) => (message.type === 'signal' ? [message.custom] : []));
    expect(heard).toEqual(mail);
  });
});

describe('a window that would have ended while nobody could reach the directory', () => {
  it('is not ended by a node that starts only then: it knows of the outage', async () => {
    const { cluster, clock, a, alice, outage, resume } = await longAway();
    await outage(70_000);
    const c = await cluster.node('node-c', { heartbeatTimeoutMs: 1_000_000 });
    await joined(cluster, c, 'carol');
    await clock.advance(500);
    expect(alice.story.filter((each) => each.endsWith(' bob'))).toEqual(['peer-joined bob', 'peer-away bob']);
    const again = await back(cluster, a, 'bob', resume);
    expect(welcomeOf(again)).toMatchObject({ resumed: true, rooms: [{ room: 'stage' }] });
  });

  it('ends after a whole window more, and without an outage when it has to', async () => {
    const { clock, alice, outage } = await longAway();
    await outage(70_000);
    await clock.advance(AWAY_MS - 5_000);
    expect(alice.last('peer-left')).toBeUndefined();
    await clock.advance(20_000);
    expect(alice.last('peer-left')).toMatchObject({ peer: 'bob', reason: 'lost' });

    const other = await longAway();
    await other.clock.advance(70_000);
    expect(other.alice.last('peer-left')).toMatchObject({ peer: 'bob', reason: 'lost' });
  });
});

/** Bob is away for half of his window. */
async function longAway() {
  const { cluster, clock, a, b } = await start();
  const alice = await joined(cluster, a, 'alice');
  const bob = await joined(cluster, b, 'bob');
  bob.drop();
  await clock.advance(AWAY_MS / 2);
  const outage = async (ms: number) => {
    a.gate.isShut = b.gate.isShut = true;
    await clock.advance(ms);
    a.gate.isShut = b.gate.isShut = false;
  };
  return { cluster, clock, a, alice, outage, resume: welcomeOf(bob).resume };
}
