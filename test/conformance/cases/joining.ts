import { CAPACITY } from '@parley/protocol/plain';
import { assert, assertEqual, assertMembers } from '../assert.ts';
import type { Case } from '../case.ts';
import type { Client } from '../client.ts';

/** Rooms that are joined by name. */
export const joining: readonly Case[] = [
  {
    name: 'join: the first is alone, the second is told of the first, and the first hears of the second',
    async run(t) {
      const [a, b] = await Promise.all([t.connect(), t.connect()]);
      const room = t.name('room');
      const first = await a.request({ type: 'join', room }, 'joined');
      assertMembers(first, { room, peers: [], queue: undefined, codeExpiresInMs: undefined }, 'joined');
      const { peers } = await b.request({ type: 'join', room }, 'joined');
      assertEqual(peers, [{ ...told(a), polite: true }], 'peers');
      const news = await a.next('peer-joined');
      assertMembers(news, { room, ...told(b), polite: false, meta: undefined }, 'peer-joined');
    },
  },
  {
    name: 'join: the others are listed in the order of their joining, and everybody hears of a newcomer',
    async run(t) {
      const clients = await Promise.all([1, 2, 3, 4].map(() => t.connect()));
      const room = t.name('room');
      for (const [index, client] of clients.entries()) {
        const { peers } = await client.request({ type: 'join', room }, 'joined');
        const expected = clients.slice(0, index).map(({ peer }) => peer);
        assertEqual(
          peers.map(({ peer }) => peer),
          expected,
          'peers',
        );
        for (const other of clients.slice(0, index))
          assertEqual((await other.next('peer-joined')).peer, client.peer, 'peer-joined');
      }
    },
  },
  {
    name: 'join: repeated, it is answered with how the room stands, and nobody else hears of it',
    async run(t) {
      const { room, a, b } = await t.pair();
      const again = await b.request({ type: 'join', room }, 'joined');
      assertEqual(again.peers, [{ ...told(a), polite: true }], 'peers');
      await a.settle();
      assertEqual(a.unasked(), [], 'what the other heard');
    },
  },
  {
    name: 'join: meta is told to those who are there and to those who come',
    async run(t) {
      const [a, b] = await Promise.all([t.connect(), t.connect()]);
      const room = t.name('room');
      const metas = { a: { name: 'Ada', nested: [1, { two: null }] }, b: 'ß ☃ 🎺' };
      await a.request({ type: 'join', room, meta: metas.a }, 'joined');
      const { peers } = await b.request({ type: 'join', room, meta: metas.b }, 'joined');
      assertEqual(peers[0]?.meta, metas.a, 'meta of who was there');
      assertEqual((await a.next('peer-joined')).meta, metas.b, 'meta of who came');
    },
  },
  {
    name: 'join: create false joins what is there and creates nothing',
    async run(t) {
      const [a, b] = await Promise.all([t.connect(), t.connect()]);
      const room = t.name('room');
      const refused = await a.request({ type: 'join', room, create: false }, 'error');
      assertMembers(refused, { code: 'room-not-found', room }, 'error');
      await b.request({ type: 'join', room, create: true }, 'joined');
      await a.request({ type: 'join', room, create: false }, 'joined');
    },
  },
  {
    name: 'join: a room of a name has 16 seats if nobody says otherwise',
    async run(t) {
      const a = await t.connect();
      const { capacity } = await a.request({ type: 'join', room: t.name('room') }, 'joined');
      assertEqual(capacity, CAPACITY.defaultForName, 'capacity');
    },
  },
  {
    name: 'join: the capacity is what the first to join says',
    async run(t) {
      const [a, b] = await Promise.all([t.connect(), t.connect()]);
      const room = t.name('room');
      for (const [client, said] of [
        [a, 3],
        [b, 64],
        [a, 2],
      ] as const) {
        const { capacity } = await client.request({ type: 'join', room, capacity: said }, 'joined');
        assertEqual(capacity, 3, 'capacity');
      }
    },
  },
  {
    name: 'join: a room that is full is refused, until somebody leaves',
    async run(t) {
      const [a, b, c] = await Promise.all([t.connect(), t.connect(), t.connect()]);
      const room = t.name('room');
      await a.request({ type: 'join', room, capacity: 2 }, 'joined');
      await b.request({ type: 'join', room }, 'joined');
      assertMembers(await c.request({ type: 'join', room }, 'error'), { code: 'room-full' }, 'error');
      await a.request({ type: 'join', room }, 'joined'); // who has a seat keeps it
      await b.request({ type: 'leave', room }, 'left');
      const { peers } = await c.request({ type: 'join', room }, 'joined');
      assertEqual(
        peers.map(({ peer }) => peer),
        [a.peer],
        'peers',
      );
    },
  },
  {
    name: 'join: who is refused a seat hears nothing of the room, and nobody in it hears of the attempt',
    async run(t) {
      const { room, a, b } = await t.pair();
      const c = await t.connect();
      await b.request({ type: 'leave', room }, 'left');
      await a.request({ type: 'leave', room }, 'left');
      await a.request({ type: 'join', room, capacity: 2 }, 'joined');
      await b.request({ type: 'join', room }, 'joined');
      await a.next('peer-joined');
      await c.request({ type: 'join', room }, 'error');
      await b.request({ type: 'update', room, meta: 1 }, 'updated');
      await a.next('peer-updated');
      await Promise.all([a.settle(), c.settle()]);
      assertEqual(a.unasked('peer-joined'), [], 'what was heard inside');
      assertEqual(c.unasked(), [], 'what was heard outside');
    },
  },
  {
    name: 'join: of many who want the last seat at the same time, one gets it',
    async run(t) {
      const clients = await Promise.all([1, 2, 3, 4, 5, 6].map(() => t.connect()));
      const room = t.name('room');
      for (const client of clients) client.send({ type: 'join', id: 1, room, capacity: 3 });
      const answers = await Promise.all(clients.map((client) => client.answer(1)));
      const joined = answers.filter(({ type }) => type === 'joined').length;
      const full = answers.filter((answer) => answer.type === 'error' && answer.code === 'room-full').length;
      assertEqual({ joined, full }, { joined: 3, full: 3 }, 'answers');
    },
  },
  {
    name: 'join: what follows about that room, without waiting for the answer, is answered after it and as after it',
    async run(t) {
      const [a, b] = await Promise.all([t.connect(), t.connect()]);
      const room = t.name('room');
      await a.request({ type: 'join', room }, 'joined');
      b.send({ type: 'join', id: 1, room });
      b.send({ type: 'signal', id: 2, room, to: a.peer, custom: 'at once' });
      b.send({ type: 'update', id: 3, room, meta: 'at once' });
      b.send({ type: 'leave', id: 4, room });
      const answers = await Promise.all([1, 2, 3, 4].map((id) => b.answer(id)));
      assertEqual(
        answers.map(({ type }) => type),
        ['joined', 'delivered', 'updated', 'left'],
        'answers',
      );
      await a.next('peer-left');
      const types = a.frames.map((text) => (JSON.parse(text) as { type: string }).type);
      assertEqual(
        types.slice(-4),
        ['peer-joined', 'signal', 'peer-updated', 'peer-left'],
        'what the other heard',
      );
    },
  },
  {
    name: 'join: one peer may sit in several rooms, and hears of each by its name',
    async run(t) {
      const [a, b] = await Promise.all([t.connect(), t.connect()]);
      const [here, there] = [t.name('room'), t.name('room')];
      await a.request({ type: 'join', room: here }, 'joined');
      await a.request({ type: 'join', room: there }, 'joined');
      await b.request({ type: 'join', room: there }, 'joined');
      assertEqual((await a.next('peer-joined')).room, there, 'room');
      await a.settle();
      assertEqual(a.unasked(), [], 'what else was heard');
    },
  },
  {
    name: 'join: a session has so many rooms and no more, if the node names a limit',
    async run(t) {
      const a = await t.connect();
      const maxRooms = countable(a.welcome.limits['maxRooms']);
      if (maxRooms === undefined) return;
      const rooms = Array.from({ length: maxRooms }, () => t.name('room'));
      for (const room of rooms) await a.request({ type: 'join', room }, 'joined');
      const tooMany = await a.request({ type: 'join', room: t.name('room') }, 'error');
      assertEqual(tooMany.code, 'too-many-rooms', 'code');
      await a.request({ type: 'leave', room: rooms[0] }, 'left');
      await a.request({ type: 'join', room: t.name('room') }, 'joined');
    },
  },
  {
    name: 'join: who asks for too many rooms at once gets no more either',
    async run(t) {
      const a = await t.connect();
      const maxRooms = countable(a.welcome.limits['maxRooms']);
      if (maxRooms === undefined) return;
      const ids = Array.from({ length: maxRooms + 3 }, (_, index) => index);
      for (const id of ids) a.send({ type: 'join', id, room: t.name('room') });
      const answers = await Promise.all(ids.map((id) => a.answer(id)));
      const verdicts = answers.map((answer) => (answer.type === 'error' ? answer.code : answer.type));
      assertEqual(verdicts.filter((verdict) => verdict === 'joined').length, maxRooms, 'rooms');
      assertEqual(verdicts.filter((verdict) => verdict === 'too-many-rooms').length, 3, 'refusals');
    },
  },
  {
    name: 'polite: the later of two to join is, and a repeated join changes nothing about it',
    async run(t) {
      const { room, a, b } = await t.pair();
      for (let repeats = 0; repeats < 2; repeats += 1) {
        const [seenByA] = (await a.request({ type: 'join', room }, 'joined')).peers;
        const [seenByB] = (await b.request({ type: 'join', room }, 'joined')).peers;
        assertEqual([seenByA?.polite, seenByB?.polite], [false, true], 'polite');
      }
    },
  },
  {
    name: 'polite: of every two who join at the same time exactly one is',
    async run(t) {
      const clients = await Promise.all([1, 2, 3, 4, 5].map(() => t.connect()));
      const room = t.name('room');
      await Promise.all(clients.map((client) => client.request({ type: 'join', room }, 'joined')));
      const polite = await Promise.all(
        clients.map(async (client) => {
          const { peers } = await client.request({ type: 'join', room }, 'joined');
          return new Map(peers.map((other) => [other.peer, other.polite]));
        }),
      );
      for (const [i, a] of clients.entries())
        for (const [j, b] of clients.slice(0, i).entries())
          assert(
            polite[i]?.get(b.peer) === !polite[j]?.get(a.peer),
            `both or none of ${i} and ${j} are polite`,
          );
    },
  },
  {
    name: 'peer-joined: comes before the first signal of that peer',
    async run(t) {
      const [a, b] = await Promise.all([t.connect(), t.connect()]);
      const room = t.name('room');
      await a.request({ type: 'join', room }, 'joined');
      await b.request({ type: 'join', room }, 'joined');
      b.send({ type: 'signal', room, to: a.peer, custom: 'at once' });
      await a.next('signal');
      const types = a.frames.map((text) => (JSON.parse(text) as { type: string }).type);
      assertEqual(types.slice(-2), ['peer-joined', 'signal'], 'the last messages');
    },
  },
];

/** How others see a client that told nothing of itself. */
const told = ({ welcome: { peer, instance, user } }: Client) => ({ peer, instance, ...(user && { user }) });

/** A limit that can be reached in a moment; without one nothing is promised. */
const countable = (limit: number | undefined) => (limit !== undefined && limit <= 60 ? limit : undefined);
