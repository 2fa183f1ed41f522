import { describe, expect, it } from 'vitest';
import { FakeClock } from './contract/fake-clock.ts';
import { Doubt } from './doubt.ts';
import type { Hub } from './hub.ts';
import { LIMITS } from './limits.ts';
import { start as presence } from './testing/presence.ts';
import { Puppet } from './testing/puppet.ts';

describe('who is doubted', () => {
  it('is asked for a life sign first; who gives one goes on being doubted, and who gives none is closed', async () => {
    const { clock, doubt, alice, bob, settled } = start();
    doubt.begin();
    for (const each of [alice, bob])
      expect([each.pings, each.isAsked, each.isDoubted]).toEqual([1, true, true]);
    alice.lastSeenMs = clock.nowMs();
    await clock.advance(LIMITS.lifeSignMs - 1);
    expect([settled(), bob.closed]).toEqual([0, undefined]);
    await clock.advance(1);
    expect([alice.isAsked, alice.isDoubted, alice.closed]).toEqual([false, true, undefined]);
    expect([settled(), bob.closed]).toEqual([1, 'heartbeat-lost']);
  });

  it('is asked anew when there is a new reason, and the time for that begins anew', async () => {
    const { clock, doubt, alice, bob, settled } = start();
    doubt.begin();
    alice.lastSeenMs = clock.nowMs();
    await clock.advance(LIMITS.lifeSignMs - 1);
    doubt.begin();
    bob.lastSeenMs = clock.nowMs();
    await clock.advance(LIMITS.lifeSignMs - 1);
    expect(settled()).toBe(0);
    await clock.advance(1);
    expect([settled(), alice.closed, bob.closed]).toEqual([1, 'heartbeat-lost', undefined]);
  });

  it('is not whoever came since', async () => {
    const { clock, doubt, sessions } = start();
    doubt.begin();
    const carol = new Doubted('carol');
    sessions.push(carol);
    await clock.advance(LIMITS.lifeSignMs);
    expect([carol.isDoubted, carol.closed]).toEqual([false, undefined]);
  });

  it('is nobody’s concern once the node stops', async () => {
    const { clock, doubt, alice, settled } = start();
    doubt.begin();
    doubt.stop();
    await clock.advance(LIMITS.lifeSignMs * 2);
    expect([settled(), alice.closed]).toEqual([0, undefined]);
  });

  it('is doubted until the directory was told that its peer is here, and not only asked', async () => {
    const { world, a, claim } = await presence();
    const alice = new Puppet('alice');
    await claim(a, alice);
    alice.isDoubted = true;
    a.ground.gate.next('assert', 'lost');
    await expect(a.presence.assert(alice)).rejects.toThrow('lost');
    expect(alice.isDoubted).toBe(true);
    await world.clock.advance(2_000);
    await a.presence.assert(alice);
    expect(alice.isDoubted).toBe(false);
  });
});

/** A session as far as it can be doubted. */
class Doubted extends Puppet {
  lastSeenMs = 0;
  pings = 0;

  ping(): void {
    this.pings += 1;
  }
}

function start() {
  const clock = new FakeClock(60_000);
  const [alice, bob] = [new Doubted('alice'), new Doubted('bob')];
  const sessions = [alice, bob];
  let settled = 0;
  const hub = { all: () => [...sessions] } as unknown as Hub;
  const doubt = new Doubt({ hub, clock, settled: () => void (settled += 1) });
  return { clock, doubt, alice, bob, sessions, settled: () => settled };
}
