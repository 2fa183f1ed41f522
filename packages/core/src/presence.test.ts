import { describe, expect, it } from 'vitest';
import { LIMITS } from './limits.ts';
import { Unavailable } from './ports/directory.ts';
import { claimAgain, keyOf, LIFE_MS, start } from './testing/presence.ts';
import { Puppet } from './testing/puppet.ts';

describe('who speaks for a peer', () => {
  it('is the later session, and the earlier one is closed at its node', async () => {
    const { a, b, claim } = await start();
    const earlier = new Puppet('alice', 1);
    const later = new Puppet('alice', 2);
    expect(await claim(a, earlier)).toBe('claimed');
    expect(await claim(b, later)).toBe('claimed');
    expect(earlier.closed).toBe('replaced');
    expect(later.closed).toBeUndefined();
  });

  it('is the later session in whatever order the claims arrive', async () => {
    const { a, b, claim } = await start();
    const later = new Puppet('alice', 2);
    await claim(b, later);
    expect(await claim(a, new Puppet('alice', 1))).toBe('superseded');
    expect(later.closed).toBeUndefined();
  });

  it('is the later session of two of one node, too', async () => {
    const { a, claim } = await start();
    const earlier = new Puppet('alice', 1);
    await claim(a, earlier);
    await claim(a, new Puppet('alice', 2));
    expect(earlier.closed).toBe('replaced');
  });

  it('is found by the earlier session with its renewal when the news was lost', async () => {
    const { world, a, b, claim } = await start();
    const earlier = new Puppet('alice', 1);
    await claim(a, earlier);
    world.fate = (_from, _to, envelopes) => (envelopes.some(({ kind }) => kind === 'replaced') ? 'lost' : 0);
    await claim(b, new Puppet('alice', 2));
    expect(earlier.closed).toBeUndefined();
    await world.clock.advance(LIMITS.renewalIntervalMs * 1.2);
    expect(earlier.closed).toBe('replaced');
  });

  it('is not changed by old news', async () => {
    const { a, claim } = await start();
    const later = new Puppet('alice', 2);
    await claim(a, later);
    const { fence } = new Puppet('alice', 1);
    a.presence.replaced({ kind: 'replaced', peer: keyOf(later), session: later.session, by: fence });
    expect(later.closed).toBeUndefined();
  });
});

describe('a claim', () => {
  it('outlives its first life, because its node renews it', async () => {
    const { world, a, b, claim } = await start();
    const alice = new Puppet('alice', 2);
    await claim(a, alice);
    await world.clock.advance(LIFE_MS * 3);
    expect(await claim(b, new Puppet('alice', 1))).toBe('superseded');
  });

  it('lapses without renewals', async () => {
    const { world, a, b, claim } = await start();
    await claim(a, new Puppet('alice', 2));
    a.presence.stop();
    await world.clock.advance(LIFE_MS + 1);
    expect(await claim(b, new Puppet('alice', 1))).toBe('claimed');
  });

  it('is renewed soon after the directory did not answer, whatever was wrong', async () => {
    const { world, a, claim } = await start();
    await claim(a, new Puppet('alice'));
    a.ground.gate.next('assert', 'lost', new TypeError('a bug'));
    await world.clock.advance(LIMITS.renewalIntervalMs * 1.1 + 10_000);
    expect(a.ground.gate.count('assert')).toBe(3);
    expect(a.ground.log.errors).toHaveLength(1);
  });

  it('is asserted again when the directory has lost its data', async () => {
    const { world, a, b, claim } = await start();
    a.ground.news.dataLost = () => a.presence.assertAll();
    await claim(a, new Puppet('alice', 2));
    world.directory.forgetForTesting();
    await world.clock.advance(5_000);
    expect(await claim(b, new Puppet('alice', 1))).toBe('superseded');
  });

  it('is undone when it happened and the answer was lost', async () => {
    const { world, a, b, claim } = await start();
    a.ground.gate.next('claim', 'unanswered');
    const nobodyYet = Object.assign(new Puppet('alice', 2), { isFixed: false });
    await expect(claim(a, nobodyYet)).rejects.toBeInstanceOf(Unavailable);
    await world.clock.advance(2_000);
    // What is left is the mark of its end, which lets later ones in.
    expect(await claim(b, new Puppet('alice', 2))).toBe('superseded');
    expect(await claim(b, new Puppet('alice', 3))).toBe('claimed');
    expect(a.presence.renewalsForTesting).toBe(0);
  });

  it('is not undone of a peer that may have had a life before, which that would end', async () => {
    const { world, a, b, claim } = await start();
    a.ground.gate.next('claim', 'unanswered');
    await expect(claim(a, new Puppet('alice', 2))).rejects.toBeInstanceOf(Unavailable);
    await world.clock.advance(2_000);
    expect(await claim(b, new Puppet('alice', 2))).toBe('claimed');
  });

  it('that stands only after its session has ended is released, and not renewed', async () => {
    const { world, a } = await start();
    const alice = new Puppet('alice');
    a.ground.gate.next('claim', 'held');
    const late = a.presence.claim(alice);
    await world.clock.flush();
    alice.ended = true;
    const released = a.presence.release(alice);
    a.ground.gate.open();
    await world.clock.advance(10);
    await Promise.all([late, released]);
    expect(a.presence.renewalsForTesting).toBe(0);
    expect(await claimAgain(world, a, alice)).toEqual({ outcome: 'superseded' });
  });

  it('is released however long the directory does not answer', async () => {
    const { world, a, claim } = await start();
    const alice = new Puppet('alice');
    await claim(a, alice);
    a.ground.gate.isShut = true;
    const released = a.presence.release(alice);
    await world.clock.advance(10_000);
    a.ground.gate.isShut = false;
    await world.clock.advance(5_000);
    await released;
    expect(a.ground.writer.size).toBe(0);
  });
});
