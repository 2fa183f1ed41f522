import { describe, expect, it } from 'vitest';
import { back, joined, leftoversOf, start, welcomeOf } from './testing/coming-back.ts';
import type { TestNode } from './testing/cluster.ts';
import type { FakeSocket } from './testing/fake-socket.ts';
import { AWAY_MS } from './testing/world.ts';

type End = (socket: FakeSocket, node: TestNode) => void;

/** Ends of a session that is not welcome yet, and what the others hear. */
const ENDS: readonly [string, 'left' | 'kicked', End][] = [
  ['says goodbye', 'left', (socket) => socket.drop(1000)],
  ['is kicked', 'kicked', (_, { node }) => kickAll(node)],
];

/** Where its coming back stands when that happens: with this call to the directory. */
const MOMENTS = [
  ['claim', 'held'],
  ['claim', 'slow'],
  ['resume', 'held'],
  ['resume', 'slow'],
] as const;

const CASES = ENDS.flatMap(([what, reason, end]) =>
  MOMENTS.map(([call, mishap]) => ({ what, reason, end, call, mishap })),
);

describe('a session that comes back, and before its welcome', () => {
  it.each(CASES)(
    '$what ($call $mishap) gives back its seats at once',
    async ({ reason, end, call, mishap }) => {
      const { cluster, clock, a, alice, resume } = await away();
      a.gate.next(call, mishap);
      const again = await a.open('bob', `resume=${resume}`);
      await clock.advance(20);
      end(again, a);
      again.drop();
      a.gate.open();
      await clock.advance(100);
      expect(again.heard).toEqual([]);
      expect(alice.last('peer-left')).toMatchObject({ peer: 'bob', reason });
      expect(welcomeOf(await back(cluster, a, 'bob', resume))).toMatchObject({ resumed: false });
    },
  );

  it.each(MOMENTS)('only loses its connection (%s %s) leaves them waiting', async (call, mishap) => {
    const { clock, a, alice, resume } = await away();
    a.gate.next(call, mishap);
    const again = await a.open('bob', `resume=${resume}`);
    await clock.advance(20);
    again.drop();
    a.gate.open();
    await clock.advance(10_000);
    expect(alice.last('peer-left')).toBeUndefined();
    await clock.advance(AWAY_MS + 10_000);
    expect(alice.last('peer-left')).toMatchObject({ peer: 'bob', reason: 'lost' });
  });

  it('loses against a still later one is told so, and never that it was replaced', async () => {
    const { cluster, clock, a, b, alice, resume } = await away();
    a.gate.next('resume', 'slow');
    const early = await a.open('bob', `resume=${resume}`);
    await clock.advance(50);
    const late = await back(cluster, b, 'bob', resume);
    await clock.advance(50);
    a.gate.open();
    await clock.advance(5_000);
    expect([early.heard, early.ending?.reason]).toEqual([[], 'superseded-while-connecting']);
    expect(welcomeOf(late)).toMatchObject({ resumed: true, rooms: [{ room: 'stage' }] });
    expect(late.ending).toBeUndefined();
    expect(alice.story.slice(-2)).toEqual(['peer-away bob', 'peer-back bob']);
    early.drop();
    await clock.advance(5_000);
    expect(leftoversOf(a)).toEqual([]);
  });
});

/** Alice sits at the second node; bob, who sat there too, is away, with this to come back. */
async function away() {
  const { cluster, clock, a, b } = await start();
  const alice = await joined(cluster, b, 'alice');
  const bob = await joined(cluster, b, 'bob');
  bob.drop();
  await clock.advance(50);
  return { cluster, clock, a, b, alice, resume: welcomeOf(bob).resume };
}

function kickAll({ operations }: TestNode['node']): void {
  for (const { session } of operations.sessions({ limit: 10 }).sessions) operations.close(session);
}
