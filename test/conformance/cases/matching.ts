import { assert, assertEqual, assertMembers } from '../assert.ts';
import type { Case } from '../case.ts';
import type { Client } from '../client.ts';
import type { Harness } from '../harness.ts';

/** Strangers who wait for each other. */
export const matching: readonly Case[] = [
  {
    name: 'match: is answered waiting, and two who wait are put into one room',
    async run(t) {
      const { a, b, queue } = await two(t);
      const waiting = await a.request({ type: 'match', queue, meta: { elo: 1 } }, 'waiting');
      assertMembers(waiting, { queue, size: 2 }, 'waiting');
      await b.request({ type: 'match', queue, size: 2, meta: { elo: 2 } }, 'waiting');
      const [forA, forB] = await Promise.all([a.next('joined'), b.next('joined')]);
      for (const joined of [forA, forB])
        assertMembers(joined, { re: undefined, room: forA.room, capacity: 2, queue, size: 2 }, 'joined');
      assertEqual(forA.peers, [seen(b, { elo: 2 }, forA.peers[0]?.polite)], 'peers of the first');
      assertEqual(forB.peers, [seen(a, { elo: 1 }, forB.peers[0]?.polite)], 'peers of the second');
      assert(forA.peers[0]?.polite === !forB.peers[0]?.polite, 'exactly one is polite');
    },
  },
  {
    name: 'match: those who are matched may signal at once',
    async run(t) {
      const { a, b, queue } = await two(t);
      await Promise.all([a, b].map((client) => client.request({ type: 'match', queue }, 'waiting')));
      const [{ room }] = await Promise.all([a.next('joined'), b.next('joined')]);
      await a.request({ type: 'signal', room, to: b.peer, custom: 'hello' }, 'delivered');
      assertMembers(await b.next('signal'), { room, from: a.peer, custom: 'hello' }, 'signal');
    },
  },
  {
    name: 'match: three are told of two others each',
    async run(t) {
      const clients = await Promise.all([t.connect(), t.connect(), t.connect()]);
      const queue = t.name('queue');
      for (const client of clients) await client.request({ type: 'match', queue, size: 3 }, 'waiting');
      const joined = await Promise.all(clients.map((client) => client.next('joined')));
      for (const [index, { room, capacity, peers }] of joined.entries()) {
        const others = clients.filter((_, other) => other !== index).map(({ peer }) => peer);
        assertEqual([room, capacity], [joined[0]?.room, 3], 'room and capacity');
        assertEqual(peers.map(({ peer }) => peer).toSorted(), others.toSorted(), 'peers');
      }
    },
  },
  {
    name: 'match: a queue is its name and its size',
    async run(t) {
      const { a, b, queue } = await two(t);
      const c = await t.connect();
      await a.request({ type: 'match', queue, size: 2 }, 'waiting');
      await b.request({ type: 'match', queue, size: 3 }, 'waiting');
      await c.request({ type: 'match', queue, size: 2 }, 'waiting');
      const { peers } = await c.next('joined');
      assertEqual(
        peers.map(({ peer }) => peer),
        [a.peer],
        'peers',
      );
      assertEqual((await b.request({ type: 'unmatch', queue, size: 3 }, 'unmatched')).size, 3, 'size');
    },
  },
  {
    name: 'match: nobody is matched twice, and nobody with themselves',
    async run(t) {
      const clients = await Promise.all([1, 2, 3, 4, 5, 6].map(() => t.connect()));
      const queue = t.name('queue');
      await clients[0]?.request({ type: 'match', queue }, 'waiting');
      await clients[0]?.request({ type: 'match', queue }, 'waiting');
      await Promise.all(
        clients.slice(1).map((client) => client.request({ type: 'match', queue }, 'waiting')),
      );
      const joined = await Promise.all(clients.map((client) => client.next('joined')));
      const byPeer = new Map(joined.map(({ peers }, index) => [clients[index]?.peer, peers[0]?.peer]));
      for (const [peer, other] of byPeer) assertEqual(byPeer.get(other), peer, 'the other’s other');
      await Promise.all(clients.map((client) => client.settle()));
      for (const client of clients) assertEqual(client.unasked('joined'), [], 'a second match');
    },
  },
  {
    name: 'unmatch: gives the place up',
    async run(t) {
      const { a, b, queue } = await two(t);
      await a.request({ type: 'match', queue }, 'waiting');
      assertMembers(
        await a.request({ type: 'unmatch', queue }, 'unmatched'),
        { queue, size: 2 },
        'unmatched',
      );
      await b.request({ type: 'match', queue }, 'waiting');
      await Promise.all([a.settle(), b.settle()]);
      assertEqual([...a.unasked(), ...b.unasked()], [], 'what came of it');
      await b.request({ type: 'unmatch', queue }, 'unmatched');
    },
  },
  {
    name: 'unmatch: who does not wait there is not-waiting',
    async run(t) {
      const { a, queue } = await two(t);
      const never = await a.request({ type: 'unmatch', queue }, 'error');
      assertMembers(never, { code: 'not-waiting', queue, size: 2 }, 'error');
      await a.request({ type: 'match', queue, size: 2 }, 'waiting');
      const elsewhere = await a.request({ type: 'unmatch', queue, size: 3 }, 'error');
      assertMembers(elsewhere, { code: 'not-waiting', queue, size: 3 }, 'error');
      await a.request({ type: 'unmatch', queue }, 'unmatched');
      assertEqual((await a.request({ type: 'unmatch', queue }, 'error')).code, 'not-waiting', 'code');
    },
  },
  {
    name: 'unmatch: after a match it is not-waiting, and the match stands',
    async run(t) {
      const { a, b, queue } = await two(t);
      await Promise.all([a, b].map((client) => client.request({ type: 'match', queue }, 'waiting')));
      const [{ room }] = await Promise.all([a.next('joined'), b.next('joined')]);
      assertEqual((await a.request({ type: 'unmatch', queue }, 'error')).code, 'not-waiting', 'code');
      await a.request({ type: 'signal', room, to: b.peer, custom: 1 }, 'delivered');
    },
  },
  {
    name: 'unmatch: in a race with a match both sides agree who won',
    async run(t) {
      const { a, b, queue } = await two(t);
      await a.request({ type: 'match', queue }, 'waiting');
      b.send({ type: 'match', id: 'match', queue });
      a.send({ type: 'unmatch', id: 'unmatch', queue });
      const answer = await a.answer('unmatch');
      await b.answer('match');
      if (answer.type === 'unmatched') {
        await Promise.all([a.settle(), b.settle()]);
        assertEqual([...a.unasked('joined'), ...b.unasked('joined')], [], 'matches');
      } else {
        assertMembers(answer, { type: 'error', code: 'not-waiting' }, 'answer');
        const [forA, forB] = await Promise.all([a.next('joined'), b.next('joined')]);
        assertEqual(forA.room, forB.room, 'room');
      }
    },
  },
  {
    name: 'match: who is away is matched with nobody, and is when it is back and asks again',
    async run(t) {
      const { room, a: gone, b } = await t.pair();
      const c = await t.connect();
      const queue = t.name('queue');
      await gone.request({ type: 'match', queue }, 'waiting');
      await gone.drop();
      assertEqual((await b.next('peer-away')).room, room, 'the room that the one who has gone was in');
      await b.request({ type: 'match', queue }, 'waiting');
      await c.request({ type: 'match', queue }, 'waiting');
      const { peers } = await b.next('joined');
      assertEqual(
        peers.map(({ peer }) => peer),
        [c.peer],
        'peers',
      );
      const [back, d] = await Promise.all([t.resume(gone), t.connect()]);
      await d.request({ type: 'match', queue }, 'waiting');
      await back.request({ type: 'match', queue }, 'waiting');
      assertEqual((await d.next('joined')).peers[0]?.peer, gone.peer, 'whom the next one is matched with');
    },
  },
  {
    name: 'match: after timeoutMs the place is given up by the error match-timeout, which names the queue',
    async run(t) {
      const { a, b, queue } = await two(t);
      await a.request({ type: 'match', queue, timeoutMs: 50 }, 'waiting');
      const expected = { code: 'match-timeout', re: undefined, queue, size: 2 };
      assertMembers(await a.next('error'), expected, 'error');
      assertEqual((await a.request({ type: 'unmatch', queue }, 'error')).code, 'not-waiting', 'code');
      await b.request({ type: 'match', queue }, 'waiting');
      await b.settle();
      assertEqual(b.unasked(), [], 'who was matched with who gave up');
      await b.request({ type: 'unmatch', queue }, 'unmatched');
    },
  },
];

async function two(t: Harness) {
  const [a, b] = await Promise.all([t.connect(), t.connect()]);
  return { a, b, queue: t.name('queue') };
}

const seen = ({ welcome: { peer, instance, user } }: Client, meta: object, polite: boolean | undefined) => ({
  peer,
  instance,
  ...(user && { user }),
  meta,
  polite,
});
