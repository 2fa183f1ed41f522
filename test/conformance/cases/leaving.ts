import { assertClosed, assertEqual, assertMembers } from '../assert.ts';
import type { Case } from '../case.ts';

/** Every way out of a room, and changing what one says about oneself while one is in. */
export const leaving: readonly Case[] = [
  {
    name: 'leave: is answered left, and the others hear that it was on purpose',
    async run(t) {
      const { room, a, b } = await t.pair();
      assertMembers(await b.request({ type: 'leave', room }, 'left'), { room, reason: undefined }, 'left');
      assertMembers(await a.next('peer-left'), { room, peer: b.peer, reason: 'left' }, 'peer-left');
    },
  },
  {
    name: 'leave: right behind the join, without waiting for its answer, gives the seat up again',
    async run(t) {
      const [a, b, c] = await Promise.all([t.connect(), t.connect(), t.connect()]);
      const room = t.name('room');
      a.send({ type: 'join', id: 1, room, capacity: 2 });
      a.send({ type: 'leave', id: 2, room });
      assertEqual((await a.answer(1)).type, 'joined', 'answer to the join');
      assertEqual((await a.answer(2)).type, 'left', 'answer to the leave');
      assertEqual((await b.request({ type: 'join', room, capacity: 2 }, 'joined')).peers, [], 'peers');
      await c.request({ type: 'join', room }, 'joined');
      await a.settle();
      assertEqual(a.unasked(), [], 'what else who left has heard');
    },
  },
  {
    name: 'leave: right behind the join, and joining again, ends with a seat',
    async run(t) {
      const [a, b] = await Promise.all([t.connect(), t.connect()]);
      const room = t.name('room');
      const types = ['join', 'leave', 'join', 'leave', 'join'];
      for (const [id, type] of types.entries()) a.send({ type, id, room });
      const answers = await Promise.all(types.map((_type, id) => a.answer(id)));
      assertEqual(
        answers.map(({ type }) => type),
        ['joined', 'left', 'joined', 'left', 'joined'],
        'answers',
      );
      const { peers } = await b.request({ type: 'join', room }, 'joined');
      assertEqual(
        peers.map(({ peer }) => peer),
        [a.peer],
        'peers',
      );
    },
  },
  {
    name: 'leave: where one does not sit is not-in-room',
    async run(t) {
      const { room, b } = await t.pair();
      await b.request({ type: 'leave', room }, 'left');
      for (const other of [room, t.name('room')]) {
        const refused = await b.request({ type: 'leave', room: other }, 'error');
        assertMembers(refused, { code: 'not-in-room', room: other }, 'error');
      }
    },
  },
  {
    name: 'leave: who left hears no more of the room, and is out of reach in it',
    async run(t) {
      const { room, a, b } = await t.pair();
      await b.request({ type: 'leave', room }, 'left');
      await a.next('peer-left');
      const unreachable = await a.request({ type: 'signal', room, to: b.peer, custom: 1 }, 'error');
      assertEqual(unreachable.code, 'peer-unreachable', 'code');
      await a.request({ type: 'update', room, meta: 'gone?' }, 'updated');
      await b.settle();
      assertEqual(b.unasked(), [], 'what was heard');
    },
  },
  {
    name: 'leave: who comes back is announced again, and is now the later one',
    async run(t) {
      const { room, a, b } = await t.pair();
      await a.request({ type: 'leave', room }, 'left');
      await b.next('peer-left');
      const { peers } = await a.request({ type: 'join', room }, 'joined');
      assertEqual(peers[0]?.polite, true, 'polite, as told to who came back');
      const { instance } = a.welcome;
      assertMembers(await b.next('peer-joined'), { peer: a.peer, instance, polite: false }, 'peer-joined');
    },
  },
  {
    name: 'bye: ends the session with 1000, and the others hear that it was on purpose',
    async run(t) {
      const { room, a, b } = await t.pair();
      b.send({ type: 'bye', id: 'the close is the answer' });
      await assertClosed(b, 'normal');
      assertMembers(await a.next('peer-left'), { room, peer: b.peer, reason: 'left' }, 'peer-left');
    },
  },
  {
    name: 'close: 1000 means the same as bye',
    async run(t) {
      const { room, a, b } = await t.pair();
      await b.close(1000);
      assertMembers(await a.next('peer-left'), { room, peer: b.peer, reason: 'left' }, 'peer-left');
    },
  },
  {
    name: 'close: after any other close the peer is away, and has not left',
    async run(t) {
      const { room, a, b } = await t.pair();
      await b.close(3000);
      assertMembers(await a.next('peer-away'), { room, peer: b.peer }, 'peer-away');
      const { peers } = await a.request({ type: 'join', room }, 'joined');
      assertMembers(peers[0], { peer: b.peer, away: true }, 'the seat');
      assertEqual(a.unasked(), [], 'what else was heard');
    },
  },
  {
    name: 'close: leaves every room, and each is told',
    async run(t) {
      const { room, a, b } = await t.pair();
      const other = t.name('room');
      await a.request({ type: 'join', room: other }, 'joined');
      await b.request({ type: 'join', room: other }, 'joined');
      await b.close();
      const left = [await a.next('peer-left'), await a.next('peer-left')];
      assertEqual(left.map((news) => news.room).toSorted(), [room, other].toSorted(), 'rooms');
    },
  },
  {
    name: 'update: is answered updated, and the others hear it; who comes later, too',
    async run(t) {
      const { room, a, b } = await t.pair();
      const meta = { name: 'Bob', muted: true };
      assertMembers(await b.request({ type: 'update', room, meta }, 'updated'), { room }, 'updated');
      assertMembers(await a.next('peer-updated'), { room, peer: b.peer, meta }, 'peer-updated');
      const c = await t.connect();
      const { peers } = await c.request({ type: 'join', room }, 'joined');
      assertEqual(peers.find(({ peer }) => peer === b.peer)?.meta, meta, 'meta as told to the newcomer');
    },
  },
  {
    name: 'update: replaces, and null is something to say',
    async run(t) {
      const { room, a, b } = await t.pair();
      for (const meta of [{ a: 1 }, { b: 2 }, null]) {
        await b.request({ type: 'update', room, meta }, 'updated');
        assertMembers(await a.next('peer-updated'), { meta }, 'peer-updated');
      }
    },
  },
  {
    name: 'update: is of one room',
    async run(t) {
      const { room, a, b } = await t.pair();
      const other = t.name('room');
      await a.request({ type: 'join', room: other }, 'joined');
      await b.request({ type: 'join', room: other, meta: 'there' }, 'joined');
      await b.request({ type: 'update', room, meta: 'here' }, 'updated');
      const { peers } = await a.request({ type: 'join', room: other }, 'joined');
      assertEqual(peers[0]?.meta, 'there', 'meta in the other room');
    },
  },
  {
    name: 'update: where one does not sit is not-in-room',
    async run(t) {
      const a = await t.connect();
      const room = t.name('room');
      const refused = await a.request({ type: 'update', room, meta: 1 }, 'error');
      assertMembers(refused, { code: 'not-in-room', room }, 'error');
    },
  },
];
