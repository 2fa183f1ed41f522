import { CAPACITY, isRoomCode } from '@parley/protocol/plain';
import { assert, assertEqual, assertMembers } from '../assert.ts';
import type { Case } from '../case.ts';

/** Rooms whose names are short enough to read out. */
export const codes: readonly Case[] = [
  {
    name: 'code: join without a room mints one, for two',
    async run(t) {
      const a = await t.connect();
      const joined = await a.request({ type: 'join' }, 'joined');
      assert(isRoomCode(joined.room), `a code, not ${joined.room}`);
      assertMembers(joined, { capacity: CAPACITY.defaultForCode, peers: [] }, 'joined');
      assert((joined.codeExpiresInMs ?? 0) > 0, 'it says how long the code is good');
    },
  },
  {
    name: 'code: who follows it meets the host, and is told how long it is good',
    async run(t) {
      const [a, b] = await Promise.all([t.connect(), t.connect()]);
      const { room } = await a.request({ type: 'join' }, 'joined');
      const joined = await b.request({ type: 'join', room }, 'joined');
      assertEqual(
        joined.peers.map(({ peer }) => peer),
        [a.peer],
        'peers',
      );
      assert((joined.codeExpiresInMs ?? 0) > 0, 'it says how long the code is good');
      assertEqual((await a.next('peer-joined')).peer, b.peer, 'peer-joined');
      await b.request({ type: 'signal', room, to: a.peer, custom: 'hello' }, 'delivered');
    },
  },
  {
    name: 'code: a minted room may have more seats',
    async run(t) {
      const a = await t.connect();
      const { capacity } = await a.request({ type: 'join', capacity: 5 }, 'joined');
      assertEqual(capacity, 5, 'capacity');
    },
  },
  {
    name: 'code: a third finds a pair full',
    async run(t) {
      const [a, b, c] = await Promise.all([t.connect(), t.connect(), t.connect()]);
      const { room } = await a.request({ type: 'join' }, 'joined');
      await b.request({ type: 'join', room }, 'joined');
      assertEqual((await c.request({ type: 'join', room }, 'error')).code, 'room-full', 'code');
    },
  },
  {
    name: 'code: two mints are two rooms',
    async run(t) {
      const a = await t.connect();
      const [one, two] = [
        await a.request({ type: 'join' }, 'joined'),
        await a.request({ type: 'join' }, 'joined'),
      ];
      assert(one.room !== two.room, 'the rooms differ');
    },
  },
  {
    name: 'code: a typo is room-not-found, whatever create says',
    async run(t) {
      const a = await t.connect();
      // One of 852 thousand million; if somebody has just minted it, they should also play the lottery.
      const room = 'ZZZZ-9999';
      for (const create of [undefined, true, false]) {
        const refused = await a.request({ type: 'join', room, create }, 'error');
        assertMembers(refused, { code: 'room-not-found', room }, 'error');
      }
    },
  },
  {
    name: 'code: is good while its host is away',
    async run(t) {
      const [a, b] = await Promise.all([t.connect(), t.connect()]);
      const { room } = await a.request({ type: 'join' }, 'joined');
      await a.close(3000);
      const joined = await b.request({ type: 'join', room }, 'joined');
      assertMembers(joined, { room, capacity: CAPACITY.defaultForCode }, 'joined');
    },
  },
  {
    name: 'code: is good after everybody has left on purpose',
    async run(t) {
      const a = await t.connect();
      const { room } = await a.request({ type: 'join' }, 'joined');
      await a.request({ type: 'leave', room }, 'left');
      await a.request({ type: 'join', room }, 'joined');
    },
  },
];
