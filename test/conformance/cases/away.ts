import { assertEqual, assertMembers } from '../assert.ts';
import type { Case } from '../case.ts';

/** What a room is like while somebody in it is away. */
export const away: readonly Case[] = [
  {
    name: 'away: who comes meanwhile is told, and hears it come back',
    async run(t) {
      const { room, b } = await t.halfPair();
      const c = await t.connect();
      const { peers } = await c.request({ type: 'join', room }, 'joined');
      const { peer, instance } = b.welcome;
      const seat = peers.find((seen) => seen.peer === peer);
      assertMembers(seat, { peer, instance, polite: true, away: true }, 'the seat');
      await t.resume(b);
      assertMembers(await c.next('peer-back'), { room, peer }, 'peer-back');
      const again = await c.request({ type: 'join', room }, 'joined');
      assertMembers(
        again.peers.find((seen) => seen.peer === peer),
        { peer, away: undefined },
        'the seat',
      );
    },
  },
  {
    name: 'away: the seat stays taken',
    async run(t) {
      const [a, b, c] = await Promise.all([t.connect(), t.connect(), t.connect()]);
      const room = t.name('room');
      await a.request({ type: 'join', room, capacity: 2 }, 'joined');
      await b.request({ type: 'join', room }, 'joined');
      await b.drop();
      await a.next('peer-away');
      assertEqual((await c.request({ type: 'join', room }, 'error')).code, 'room-full', 'code');
      assertMembers((await t.resume(b)).welcome.rooms?.[0], { room }, 'the room');
    },
  },
  {
    name: 'away: a room waits though everybody in it is away',
    async run(t) {
      const { room, a, b } = await t.pair();
      await a.drop();
      await b.next('peer-away');
      await b.drop();
      const back = await t.resume(a);
      await back.settle();
      await t.resume(b);
      // Whether b was found to be away when a came back is a matter of moments; that it is here now is not.
      const { peers } = await back.request({ type: 'join', room }, 'joined');
      assertMembers(peers[0], { peer: b.peer, instance: b.welcome.instance, away: undefined }, 'the other');
    },
  },
  {
    name: 'away: the code of a host who is away can be typed in, and the host hears of it',
    async run(t) {
      const host = await t.connect();
      const { room } = await host.request({ type: 'join' }, 'joined');
      await host.drop();
      const guest = await t.connect();
      const { peers } = await guest.request({ type: 'join', room }, 'joined');
      assertMembers(peers[0], { peer: host.peer }, 'the host');
      const { welcome } = await t.resume(host);
      const [seen] = welcome.rooms?.[0]?.peers ?? [];
      assertMembers(seen, { peer: guest.peer, polite: false }, 'the guest');
    },
  },
  {
    name: 'away: who says bye on coming back has left',
    async run(t) {
      const { room, a, b } = await t.halfPair();
      const again = await t.resume(b);
      again.send({ type: 'bye' });
      await again.closed;
      assertMembers(await a.next('peer-left'), { room, peer: b.peer, reason: 'left' }, 'peer-left');
      await a.settle();
      assertEqual(
        a.unasked().map(({ type }) => type),
        ['peer-back'],
        'what else the other heard',
      );
    },
  },
];
