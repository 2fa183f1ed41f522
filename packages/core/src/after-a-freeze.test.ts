import { describe, expect, it } from 'vitest';
import { back, joined, start, welcomeOf } from './testing/coming-back.ts';
import type { FakeSocket } from './testing/fake-socket.ts';

/** So many that the seat of one or the other would be asserted before its peer, if that were left to chance. */
const MANY = 12;

describe('peers whose node was frozen until others took it for lost', () => {
  it('have nothing newer before what was kept for them, in whatever order they are asserted', async () => {
    const { cluster, clock, a, b, alice, bobs, thaw } = await frozen();
    for (const [n] of bobs.entries()) say(alice, n, 'first');
    await clock.advance(50);
    expect(alice.story.slice(-MANY)).toEqual(bobs.map(() => 'kept'));

    const told = alice.heard.length;
    await thaw(() => {
      // Whoever is said to be back is signalled at once.
      for (const line of alice.story.slice(told)) {
        const [, n] = /^peer-back bob(\d+)$/.exec(line) ?? [];
        if (n) say(alice, Number(n), 'second');
      }
    });
    expect(alice.story.slice(told).filter((line) => line.startsWith('peer-'))).toEqual([]);
    expect(bobs.map(({ ending }) => ending?.reason)).toEqual(bobs.map(() => 'mail-waits'));

    for (const [n, bob] of bobs.entries()) {
      bob.drop();
      const again = await back(cluster, n % 2 ? a : b, `bob${n}`, welcomeOf(bob).resume);
      expect(again.heard.slice(1)).toMatchObject([{ type: 'signal', custom: 'first' }]);
    }
  });

  it('are back without a word when nothing was kept for them', async () => {
    const { alice, bobs, thaw } = await frozen();
    const told = alice.heard.length;
    await thaw();
    const expected = bobs.map((_, n) => `peer-back bob${n}`);
    expect(alice.story.slice(told).toSorted()).toEqual(expected.toSorted());
    expect(bobs.filter(({ ending }) => ending)).toEqual([]);
  });
});

/** Alice shares a room with each of many, whose node the directory has not heard for so long that it is lost. */
async function frozen() {
  const { cluster, clock, a, b } = await start();
  const alice = await joined(cluster, a, 'alice');
  const bobs: FakeSocket[] = [];
  for (let n = 0; n < MANY; n += 1) {
    bobs.push(await joined(cluster, b, `bob${n}`, [`room${n}`]));
    alice.say({ type: 'join', room: `room${n}` });
    await clock.advance(20);
  }
  b.gate.isShut = true;
  await clock.advance(11_000);
  expect(alice.story.slice(-MANY).toSorted()).toEqual(bobs.map((_, n) => `peer-away bob${n}`).toSorted());
  /** It goes on, and its sockets live. */
  const thaw = async (each = () => {}) => {
    b.gate.isShut = false;
    for (let turn = 0; turn < 200; turn += 1) {
      await clock.advance(100);
      for (const { listener, ending } of bobs) if (!ending) listener?.alive();
      each();
    }
  };
  return { cluster, clock, a, b, alice, bobs, thaw };
}

const say = (from: FakeSocket, n: number, custom: string) =>
  from.say({ type: 'signal', id: `${custom}${n}`, room: `room${n}`, to: `bob${n}`, custom });
