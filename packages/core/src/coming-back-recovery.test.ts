import { describe, expect, it } from 'vitest';
import { LIMITS } from './limits.ts';
import { back, joined, start, welcomeOf } from './testing/coming-back.ts';
import type { FakeSocket } from './testing/fake-socket.ts';

describe('who comes back while the directory, which has lost its data, is told them again', () => {
  it.each(['guest-alice', 'alice'])(
    'is not taken for somebody new, but told when to come, and has everything then: %s',
    async (token) => {
      const { cluster, clock, a, b, forgotten } = await forgetful();
      const { instance, peer, resume } = welcomeOf(await joined(cluster, a, token));
      const bob = await joined(cluster, b, 'bob');
      // Its own node says nothing for a while: nothing of it is back yet.
      a.gate.isShut = true;
      await forgotten();
      const early = await back(cluster, b, token, resume);
      const retryMs = retryOf(early);
      expect([early.heard, retryMs > 0, retryMs <= LIMITS.recoveryMs]).toEqual([[], true, true]);

      a.gate.isShut = false;
      await clock.advance(retryMs);
      const again = await back(cluster, b, token, resume);
      expect(welcomeOf(again)).toMatchObject({ resumed: true, instance, peer, rooms: [{ room: 'stage' }] });
      await clock.advance(5_000);
      expect(bob.story).toEqual(['welcome', 'joined']);
    },
  );

  it.each(['guest-alice', 'alice'])(
    'but really is gone is somebody new after that time: %s',
    async (token) => {
      const { cluster, clock, a, b, forgotten } = await forgetful();
      const alice = await joined(cluster, a, token);
      const { instance, resume } = welcomeOf(alice);
      alice.say({ type: 'bye' });
      alice.drop(1000);
      await clock.advance(100);
      await forgotten();
      const retryMs = retryOf(await back(cluster, b, token, resume));
      await clock.advance(retryMs);
      const again = await back(cluster, b, token, resume);
      expect(welcomeOf(again)).toMatchObject({ resumed: false });
      expect(welcomeOf(again)).not.toMatchObject({ instance });
    },
  );

  it.each(['guest-alice', 'alice'])(
    'is somebody new at once if there is nothing to prove: %s',
    async (token) => {
      const { cluster, b, forgotten } = await forgetful();
      await forgotten();
      expect(welcomeOf(await b.connect(token))).toMatchObject({ resumed: false });
      expect(cluster.world.directory.sizesForTesting().peers).toBe(1);
    },
  );
});

/** Two nodes whose directory forgets everything; `forgotten` when the second one knows that. */
async function forgetful() {
  const world = await start();
  const { clock, b, cluster } = world;
  const forgotten = async () => {
    cluster.world.directory.forgetForTesting();
    for (let ms = 0; !b.node.membership.recovering && ms < LIMITS.beatIntervalMs * 2; ms += 10)
      await clock.advance(10);
    expect(b.node.membership.recovering).toBe(true);
  };
  return { ...world, forgotten };
}

/** After how many milliseconds a client that was sent away is to come again. */
function retryOf({ ending }: FakeSocket): number {
  const [, ms = 'no time'] = /^cluster-unavailable retry=(\d+)$/.exec(ending?.reason ?? '') ?? [];
  return Number(ms);
}
