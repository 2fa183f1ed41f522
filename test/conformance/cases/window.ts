import { assert, assertEqual, assertMembers } from '../assert.ts';
import type { Case } from '../case.ts';
import type { Client } from '../client.ts';

/** How the time ends for which a peer may be away. For servers that grant a second or two; so not among the others. */
export const WINDOW_CASES: readonly Case[] = [
  {
    name: 'window: who is not back in time is lost, with its seat and its mail',
    async run(t) {
      const { room, a, b } = await t.halfPair();
      await a.request({ type: 'signal', room, to: b.peer, custom: 1 }, 'kept');
      assertMembers(await a.next('peer-left'), { room, peer: b.peer, reason: 'lost' }, 'peer-left');
      const refused = await a.request({ type: 'signal', room, to: b.peer, custom: 2 }, 'error');
      assertEqual(refused.code, 'peer-unreachable', 'code');
      assertEqual((await a.request({ type: 'join', room }, 'joined')).peers, [], 'peers');
      const { peer, welcome } = await t.resume(b);
      assert(peer !== b.peer, 'it is another peer');
      assertMembers(welcome, { resumed: false, rooms: undefined }, 'welcome');
    },
  },
  {
    name: 'window: who is back in time stays',
    async run(t) {
      const { room, a, b } = await t.halfPair();
      const again = await t.resume(b);
      await passed(b);
      await a.request({ type: 'signal', room, to: b.peer, custom: 1 }, 'delivered');
      await again.next('signal');
      assertEqual(a.unasked('peer-left'), [], 'who left');
    },
  },
  {
    name: 'window: a room in which everybody is away ends with it',
    async run(t) {
      const { room, a, b } = await t.halfPair();
      await a.drop();
      await passed(b);
      const c = await t.connect();
      const joined = await c.request({ type: 'join', room, capacity: 3 }, 'joined');
      assertMembers(joined, { capacity: 3, peers: [] }, 'a room that is new');
    },
  },
];

/** What is waited for is that nothing happens, or that nobody is there to see it. */
async function passed({ welcome: { resumeForMs = 0 } }: Client): Promise<void> {
  await new Promise((resolve) => setTimeout(resolve, resumeForMs + 500));
}
