import { assert, assertClosed, assertEqual, assertMembers } from '../assert.ts';
import type { Case } from '../case.ts';
import type { Client } from '../client.ts';
import { ANYTHING } from './samples.ts';

/** Starting anew in one's own place: a page that was loaded again is not the page it was. */
export const restarting: readonly Case[] = [
  {
    name: 'restart: is the same peer in a new instance and in no room, and the others see the old one replaced',
    async run(t) {
      const { room, a, b } = await t.pair();
      const anew = await t.restart(b);
      assertStartedAnew(anew, b);
      await assertClosed(b, 'replaced');
      assertMembers(await a.next('peer-left'), { room, peer: b.peer, reason: 'replaced' }, 'peer-left');
      await anew.request({ type: 'join', room }, 'joined');
      const { peer, instance } = anew.welcome;
      assertMembers(await a.next('peer-joined'), { room, peer, instance, polite: false }, 'peer-joined');
      assertEqual(a.unasked(), [], 'what else the other saw');
    },
  },
  {
    name: 'restart: of who is away gives the seat up at once, and its mail',
    async run(t) {
      const { room, a, b } = await t.halfPair();
      await a.request({ type: 'signal', room, to: b.peer, custom: 'to the old one' }, 'kept');
      const anew = await t.restart(b);
      assertStartedAnew(anew, b);
      assertMembers(await a.next('peer-left'), { room, peer: b.peer, reason: 'replaced' }, 'peer-left');
      await anew.request({ type: 'join', room }, 'joined');
      await a.next('peer-joined');
      const signal = { type: 'signal', room, to: b.peer, custom: 'to the new one' };
      const toTheOldOne = { ...signal, toInstance: b.welcome.instance };
      assertEqual((await a.request(toTheOldOne, 'error')).code, 'peer-unreachable', 'code');
      await a.request(signal, 'delivered');
      assertEqual((await anew.next('signal')).custom, 'to the new one', 'signal');
      await anew.settle();
      assertEqual([...anew.unasked('signal'), ...a.unasked()], [], 'what else was heard');
    },
  },
  {
    name: 'restart: the proof may stand in the query, and the old one is used up',
    async run(t) {
      const { a, b } = await t.halfPair();
      const anew = await t.connect({ query: { restart: b.proof } });
      assertStartedAnew(anew, b);
      await a.next('peer-left');
      await anew.settle();
      await anew.drop();
      const { welcome } = await t.resume(anew);
      assertMembers(welcome, { resumed: true, peer: b.peer, instance: anew.welcome.instance }, 'welcome');
    },
  },
  {
    name: 'restart: a fixed peer needs no proof to start anew, be it here or away',
    needs: ['mint'],
    async run(t) {
      const room = t.name('room');
      const claims = { sub: 'ada', peer: t.name('peer'), ...ANYTHING };
      const witness = await t.connectAs({ sub: 'bob', ...ANYTHING });
      await witness.request({ type: 'join', room }, 'joined');
      const first = await t.connectAs(claims);
      await first.request({ type: 'join', room }, 'joined');
      await witness.next('peer-joined');
      await first.drop();
      await witness.next('peer-away');
      const second = await t.connectAs(claims);
      assertStartedAnew(second, first);
      const { peer, instance } = second.welcome;
      assertMembers(await witness.next('peer-left'), { room, peer, reason: 'replaced' }, 'peer-left');
      await second.request({ type: 'join', room }, 'joined');
      assertMembers(await witness.next('peer-joined'), { room, peer, instance }, 'peer-joined');
    },
  },
  {
    name: 'restart: a fixed peer with a proof that is no good starts anew, and with a good one goes on',
    needs: ['mint'],
    async run(t) {
      const token = await t.mint({ sub: 'ada', peer: t.name('peer'), ...ANYTHING });
      const first = await t.connect({ token });
      await first.drop();
      const second = await t.resume(first);
      assertMembers(second.welcome, { resumed: true, instance: first.welcome.instance }, 'welcome');
      await second.settle();
      await second.drop();
      assertStartedAnew(await t.connect({ token, resume: 'no-proof-at-all' }), first);
    },
  },
];

function assertStartedAnew(anew: Client, former: Client): void {
  assertMembers(anew.welcome, { resumed: false, rooms: undefined, peer: former.peer }, 'welcome');
  assert(anew.welcome.instance !== former.welcome.instance, 'it is another instance');
}
