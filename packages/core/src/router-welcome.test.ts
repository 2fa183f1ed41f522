import { describe, expect, it } from 'vitest';
import { LIMITS } from './limits.ts';
import { Guest, HERE, RouterBench, seatOf } from './testing/router.ts';

describe('a signal that waited for the welcome of a peer of the same node', () => {
  it('is not handed over when it waited too long', async () => {
    const { clock, bob, send, outcomes } = awaited();
    send('1', seatOf(bob, HERE));
    await clock.advance(LIMITS.signalLifeMs + 1);
    bob.welcome();
    expect([bob.relayed, outcomes]).toEqual([[], ['stale']]);
  });

  it('is handed over to the last moment before that', async () => {
    const { clock, bob, send, outcomes } = awaited();
    send('1', seatOf(bob, HERE));
    await clock.advance(LIMITS.signalLifeMs);
    bob.welcome();
    expect([bob.relayed, outcomes]).toEqual([['1'], ['delivered']]);
  });

  it.each([
    ['has left', (bench: RouterBench) => bench.seats.delete(bench.alice.peer)],
    ['sits there as another session', (bench: RouterBench) => bench.seat(new Guest('alice', 2), HERE)],
  ])('is refused when its sender %s meanwhile', (_what, happen) => {
    const bench = awaited();
    const { bob, send, outcomes } = bench;
    send('1', seatOf(bob, HERE));
    happen(bench);
    bob.welcome();
    expect([bob.relayed, outcomes]).toEqual([[], ['not-in-room']]);
  });
});

/** Bob is at this node, and comes back this very moment. */
function awaited(): RouterBench {
  const bench = new RouterBench();
  bench.hub.set(bench.bob.session, bench.bob);
  bench.bob.isWelcome = false;
  return bench;
}
