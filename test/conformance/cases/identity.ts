import { assert, assertClosed, assertEqual, assertMembers } from '../assert.ts';
import type { Case } from '../case.ts';
import type { Client } from '../client.ts';
import type { Harness } from '../harness.ts';
import { ANYTHING, LEEWAY_MS } from './samples.ts';

/** Who a JWT says that one is. */
export const identity: readonly Case[] = [
  {
    name: 'token: welcome says whom it speaks for and how long it is good',
    needs: ['mint'],
    async run(t) {
      const { welcome } = await t.connectAs({ sub: 'ada' }, { lifeMs: 60_000 });
      assertEqual(welcome.user, 'ada', 'user');
      const { expiresInMs = 0 } = welcome;
      assert(expiresInMs > 50_000 && expiresInMs <= 60_000 + LEEWAY_MS, `expiresInMs is ${expiresInMs}`);
    },
  },
  {
    name: 'token: without a peer, two sessions of a user are two peers, and others see whose they are',
    needs: ['mint'],
    async run(t) {
      const [a, b] = await Promise.all([1, 2].map(() => t.connectAs({ sub: 'ada', ...ANYTHING })));
      assert(a && b && a.peer !== b.peer, 'they are two peers');
      const room = t.name('room');
      await a.request({ type: 'join', room }, 'joined');
      const { peers } = await b.request({ type: 'join', room }, 'joined');
      assertMembers(peers[0], { peer: a.peer, user: 'ada' }, 'who was there');
      assertMembers(await a.next('peer-joined'), { peer: b.peer, user: 'ada' }, 'who came');
    },
  },
  {
    name: 'token: meta replaces what the client says about itself',
    needs: ['mint'],
    async run(t) {
      const room = t.name('room');
      const a = await t.connectAs({ sub: 'ada', ...ANYTHING });
      const b = await t.connectAs({ sub: 'bob', ...ANYTHING, meta: { role: 'guest' } });
      await a.request({ type: 'join', room }, 'joined');
      await b.request({ type: 'join', room, meta: { role: 'admin' } }, 'joined');
      assertEqual((await a.next('peer-joined')).meta, { role: 'guest' }, 'meta');
      await b.request({ type: 'update', room, meta: { role: 'admin' } }, 'updated');
      const [seen] = (await a.request({ type: 'join', room }, 'joined')).peers;
      assertEqual(seen?.meta, { role: 'guest' }, 'meta after an update');
    },
  },
  {
    name: 'token: realms never see each other',
    needs: ['mint'],
    async run(t) {
      const [a, b] = await Promise.all(
        ['north', 'south'].map((realm) => t.connectAs({ sub: 'ada', realm, ...ANYTHING })),
      );
      assert(a && b, 'both are welcome');
      assertEqual([a.welcome.realm, b.welcome.realm], ['north', 'south'], 'realms');
      const room = t.name('room');
      await a.request({ type: 'join', room }, 'joined');
      assertEqual((await b.request({ type: 'join', room }, 'joined')).peers, [], 'peers in the other realm');
      const unreachable = await b.request({ type: 'signal', room, to: a.peer, custom: 1 }, 'error');
      assertEqual(unreachable.code, 'peer-unreachable', 'code');
      const minted = await a.request({ type: 'join' }, 'joined');
      const elsewhere = await b.request({ type: 'join', room: minted.room }, 'error');
      assertEqual(elsewhere.code, 'room-not-found', 'the code in the other realm');
      await Promise.all([
        a.request({ type: 'match', queue: room }, 'waiting'),
        b.request({ type: 'match', queue: room }, 'waiting'),
      ]);
      await Promise.all([a.settle(), b.settle()]);
      assertEqual([...a.unasked('joined'), ...b.unasked('joined')], [], 'matches');
    },
  },
  {
    name: 'token: a fixed peer has one session, and a later one replaces it',
    needs: ['mint'],
    async run(t) {
      const room = t.name('room');
      const peer = t.name('peer');
      const witness = await t.connectAs({ sub: 'bob', ...ANYTHING });
      const first = await t.connectAs({ sub: 'ada', peer, ...ANYTHING });
      assertEqual(first.peer, peer, 'peer');
      await witness.request({ type: 'join', room }, 'joined');
      await first.request({ type: 'join', room }, 'joined');
      await witness.next('peer-joined');

      const second = await t.connectAs({ sub: 'ada', peer, ...ANYTHING });
      await assertClosed(first, 'replaced');
      assertMembers(await witness.next('peer-left'), { room, peer, reason: 'replaced' }, 'peer-left');
      assert(second.welcome.instance !== first.welcome.instance, 'the second is another instance');
      await second.request({ type: 'join', room }, 'joined');
      const { instance } = second.welcome;
      assertMembers(await witness.next('peer-joined'), { room, peer, instance }, 'peer-joined');
    },
  },
  {
    name: 'token: a signal to an earlier life of a fixed peer does not reach the later one',
    needs: ['mint'],
    async run(t) {
      const { room, sender, first, again } = await withFixedPeer(t);
      const signal = { type: 'signal', room, to: first.peer, custom: 1 };
      const second = await again();
      await second.request({ type: 'join', room }, 'joined');
      await sender.next('peer-joined', ({ instance }) => instance === second.welcome.instance);
      const stale = await sender.request({ ...signal, toInstance: first.welcome.instance }, 'error');
      assertEqual(stale.code, 'peer-unreachable', 'code');
      await sender.request(signal, 'delivered');
      await second.next('signal');
    },
  },
  {
    name: 'token: a fixed peer of one realm does not replace its namesake in another',
    needs: ['mint'],
    async run(t) {
      const peer = t.name('peer');
      const north = await t.connectAs({ sub: 'ada', peer, realm: 'north' });
      await t.connectAs({ sub: 'ada', peer, realm: 'south' });
      await north.settle();
    },
  },
];

/** A sender who shares a room with a fixed peer, which can start anew. */
async function withFixedPeer(t: Harness): Promise<{
  room: string;
  sender: Client;
  first: Client;
  again: () => Promise<Client>;
}> {
  const room = t.name('room');
  const claims = { sub: 'ada', peer: t.name('peer'), ...ANYTHING };
  const sender = await t.connectAs({ sub: 'bob', ...ANYTHING });
  const first = await t.connectAs(claims);
  await sender.request({ type: 'join', room }, 'joined');
  await first.request({ type: 'join', room }, 'joined');
  return { room, sender, first, again: () => t.connectAs(claims) };
}
