import { CLOSES } from '@parley/protocol/plain';
import { assert, assertClosed, assertEqual, assertMembers } from '../assert.ts';
import type { Case } from '../case.ts';
import type { Client, Message } from '../client.ts';

/** Coming back as who one was. */
export const resuming: readonly Case[] = [
  {
    name: 'resume: welcome says how to come back, and for how long that may be',
    async run(t) {
      const { welcome } = await t.connect();
      assert(welcome.features.includes('resume'), 'resume is among the features');
      assert(/^[A-Za-z0-9._~-]{1,256}$/.test(welcome.resume ?? ''), `resume is ${welcome.resume}`);
      assert((welcome.resumeForMs ?? 0) > 0, `resumeForMs is ${welcome.resumeForMs}`);
      assertMembers(welcome, { resumed: false, rooms: undefined }, 'welcome');
    },
  },
  {
    name: 'resume: is the same peer, the same instance and in the same rooms, in a session and with a proof of its own',
    async run(t) {
      const { room, a, b } = await t.halfPair();
      const again = await t.resume(b);
      const { peer, instance } = b.welcome;
      const seen = { ...seenAs(a), polite: true };
      const rooms = [{ room, capacity: 16, peers: [seen] }];
      assertMembers(again.welcome, { peer, instance, resumed: true, rooms }, 'welcome');
      assert(again.welcome.session !== b.welcome.session, 'the session is another');
      assert(again.proof !== b.proof, 'the proof is another');
      assertEqual(await a.next('peer-back'), { type: 'peer-back', room, peer }, 'peer-back');
      await a.request({ type: 'signal', room, to: peer, toInstance: instance, custom: 1 }, 'delivered');
      await again.next('signal');
      await again.request({ type: 'signal', room, to: a.peer, custom: 2 }, 'delivered');
      assertMembers(await a.next('signal'), { from: peer, fromInstance: instance }, 'signal');
      assertEqual([...a.unasked(), ...again.unasked()], [], 'what else was heard');
    },
  },
  {
    name: 'resume: the proof may stand in the query',
    async run(t) {
      const { b } = await t.halfPair();
      const { welcome } = await t.connect({ query: { resume: b.proof } });
      assertMembers(welcome, { resumed: true, peer: b.peer, instance: b.welcome.instance }, 'welcome');
    },
  },
  {
    name: 'resume: the seat is one to act from, and to leave',
    async run(t) {
      const { room, a, b } = await t.halfPair();
      const again = await t.resume(b);
      await again.request({ type: 'update', room, meta: 'back' }, 'updated');
      assertMembers(await a.next('peer-updated'), { peer: b.peer, meta: 'back' }, 'peer-updated');
      assertEqual((await again.request({ type: 'join', room }, 'joined')).peers.length, 1, 'peers');
      await again.request({ type: 'leave', room }, 'left');
      assertMembers(await a.next('peer-left'), { peer: b.peer, reason: 'left' }, 'peer-left');
      await again.drop();
      assertEqual((await t.resume(again)).welcome.rooms, [], 'rooms after that');
    },
  },
  {
    name: 'resume: rooms says how each room stands now, and what happened meanwhile is not told again',
    async run(t) {
      const [early, late] = await Promise.all([t.connect(), t.connect()]);
      const { room, a, b } = await t.halfPair();
      await early.request({ type: 'join', room }, 'joined');
      await a.request({ type: 'leave', room }, 'left');
      await early.request({ type: 'update', room, meta: 'new' }, 'updated');
      await late.request({ type: 'join', room }, 'joined');
      await late.drop();
      await early.next('peer-away', ({ peer }) => peer === late.peer);
      const again = await t.resume(b);
      const peers = [
        { ...seenAs(early), meta: 'new', polite: false },
        { ...seenAs(late), polite: false, away: true },
      ];
      assertEqual(again.welcome.rooms, [{ room, capacity: 16, peers }], 'rooms');
      await again.settle();
      assertEqual(again.unasked(), [], 'what was told');
    },
  },
  {
    name: 'resume: of several rooms each is there, and each hears it',
    async run(t) {
      const { room, a, b } = await t.pair();
      const other = t.name('room');
      for (const client of [a, b]) await client.request({ type: 'join', room: other }, 'joined');
      const both = [room, other].toSorted();
      await b.drop();
      const away = [await a.next('peer-away'), await a.next('peer-away')];
      assertEqual(away.map((news) => news.room).toSorted(), both, 'where it was away');
      const { welcome } = await t.resume(b);
      assertEqual(welcome.rooms?.map((snapshot) => snapshot.room).toSorted(), both, 'rooms');
      const back = [await a.next('peer-back'), await a.next('peer-back')];
      assertEqual(back.map((news) => news.room).toSorted(), both, 'where it was back');
    },
  },
  {
    name: 'resume: while the old socket lives, it closes as replaced, and the others see nothing',
    async run(t) {
      const { room, a, b } = await t.pair();
      const again = await t.resume(b);
      const { peer, instance } = b.welcome;
      assertMembers(again.welcome, { resumed: true, peer, instance }, 'welcome');
      await assertClosed(b, 'replaced');
      await a.request({ type: 'signal', room, to: peer, custom: 1 }, 'delivered');
      await again.next('signal');
      await again.request({ type: 'signal', room, to: a.peer, custom: 2 }, 'delivered');
      await a.next('signal');
      await a.settle();
      assertEqual(a.unasked(), [], 'what the other saw');
    },
  },
  {
    name: 'resume: what is sent to somebody who moves comes once, through the old socket or the new one',
    async run(t) {
      const { room, a, b } = await t.pair();
      const moving = t.resume(b);
      for (const seq of SEQS) {
        a.send({ type: 'signal', id: seq, room, to: b.peer, seq, custom: 0 });
        if (seq % 5 === 0) await a.settle();
      }
      const again = await moving;
      const answers = await Promise.all(SEQS.map((seq) => a.answer(seq)));
      for (const { type } of answers) assertEqual(type, 'delivered', 'answer');
      await Promise.all([b.closed, again.settle()]);
      const [old, fresh] = [b, again].map(seqsOf) as [number[], number[]];
      assertEqual([...old, ...fresh].toSorted(inOrder), SEQS, 'all that came');
      for (const seqs of [old, fresh]) assertEqual(seqs, seqs.toSorted(inOrder), 'order on one socket');
    },
  },
  {
    name: 'resume: again and again, each time with the newest proof',
    async run(t) {
      const { room, a, b } = await t.pair();
      let last = b;
      for (const custom of [1, 2, 3, 4, 5]) {
        const before = last;
        last = await t.resume(before);
        await before.closed;
        await a.request({ type: 'signal', room, to: b.peer, custom }, 'delivered');
        assertEqual((await last.next('signal')).custom, custom, 'signal');
      }
      assertEqual(last.welcome.instance, b.welcome.instance, 'instance');
    },
  },
  {
    name: 'resume: of two who come back at once with one proof, one stays',
    async run(t) {
      const { room, a, b } = await t.halfPair();
      const options = { ...b.options, resume: b.proof };
      const [one, other] = await Promise.all([t.open(options), t.open(options)]);
      const [loser, winner] = await Promise.race([
        one.closed.then(() => [one, other] as const),
        other.closed.then(() => [other, one] as const),
      ]);
      const { code } = await loser.closed;
      const ends = [CLOSES.replaced.code, CLOSES['superseded-while-connecting'].code];
      assert(
        ends.some((end) => end === code),
        `the one that lost was closed with ${code}`,
      );
      const { resumed, instance } = await winner.welcomed();
      assertEqual([resumed, instance], [true, b.welcome.instance], 'resumed, and as whom');
      await a.request({ type: 'signal', room, to: b.peer, custom: 1 }, 'delivered');
      await winner.next('signal');
      assertEqual(a.unasked('peer-left'), [], 'who left');
    },
  },
];

const SEQS: readonly number[] = Array.from({ length: 60 }, (_, index) => index);

const inOrder = (one: number, other: number): number => one - other;

/** Of the signals that nobody asked for. */
const seqsOf = (client: Client): number[] =>
  client.unasked('signal').map((signal) => (signal as Message<'signal'>).seq ?? -1);

/** What others are told of a client that said nothing about itself. */
const seenAs = ({ welcome: { peer, instance, user } }: Client) => ({ peer, instance, ...(user && { user }) });
