import { assertEqual, assertMembers } from '../assert.ts';
import type { Case } from '../case.ts';

/** What a JWT allows: each with its twin that it does not. */
export const rights: readonly Case[] = [
  {
    name: 'token: rooms are allowed by name or by prefix, and no others',
    needs: ['mint'],
    async run(t) {
      const [exact, prefix] = [t.name('exact'), t.name('prefix')];
      const a = await t.connectAs({ sub: 'ada', rooms: [exact, `${prefix}*`] });
      const verdicts = [
        [exact, 'joined'],
        [prefix, 'joined'],
        [`${prefix}-and-more`, 'joined'],
        [`${exact}-and-more`, 'error'],
        [exact.slice(0, -1), 'error'],
        [prefix.slice(0, -1), 'error'],
        [t.name('other'), 'error'],
      ] as const;
      for (const [room, expected] of verdicts) {
        const answer = await a.request({ type: 'join', room }, expected);
        if (answer.type === 'error') assertMembers(answer, { code: 'not-allowed', room }, 'error');
      }
    },
  },
  {
    name: 'token: queues are allowed by name or by prefix, and no others',
    needs: ['mint'],
    async run(t) {
      const [exact, prefix] = [t.name('exact'), t.name('prefix')];
      const a = await t.connectAs({ sub: 'ada', queues: [exact, `${prefix}*`] });
      for (const queue of [exact, `${prefix}-and-more`]) {
        await a.request({ type: 'match', queue }, 'waiting');
        await a.request({ type: 'unmatch', queue }, 'unmatched');
      }
      for (const queue of [`${exact}-and-more`, t.name('other')]) {
        const refused = await a.request({ type: 'match', queue }, 'error');
        assertMembers(refused, { code: 'not-allowed', queue, size: 2 }, 'error');
      }
    },
  },
  {
    name: 'token: who may wait in a queue needs no right to the room of the match',
    needs: ['mint'],
    async run(t) {
      const queue = t.name('queue');
      const clients = await Promise.all(['ada', 'bob'].map((sub) => t.connectAs({ sub, queues: [queue] })));
      for (const client of clients) await client.request({ type: 'match', queue }, 'waiting');
      await Promise.all(clients.map((client) => client.next('joined')));
    },
  },
  {
    name: 'token: codes are minted and followed only by who may',
    needs: ['mint'],
    async run(t) {
      const may = await t.connectAs({ sub: 'ada', codes: true });
      const { room } = await may.request({ type: 'join' }, 'joined');
      const mayNot = await t.connectAs({ sub: 'bob', rooms: ['*'], queues: ['*'] });
      for (const message of [{ type: 'join' }, { type: 'join', room }])
        assertEqual((await mayNot.request(message, 'error')).code, 'not-allowed', 'code');
      const mayToo = await t.connectAs({ sub: 'cy', codes: true });
      await mayToo.request({ type: 'join', room }, 'joined');
      const named = await mayToo.request({ type: 'join', room: t.name('room') }, 'error');
      assertEqual(named.code, 'not-allowed', 'code for a room of a name');
    },
  },
  {
    name: 'token: who may nothing may still ping',
    needs: ['mint'],
    async run(t) {
      const a = await t.connectAs({ sub: 'ada' });
      const attempts = [{ type: 'join' }, { type: 'join', room: 'r' }, { type: 'match', queue: 'q' }];
      for (const message of attempts)
        assertEqual((await a.request(message, 'error')).code, 'not-allowed', 'code');
      await a.settle();
    },
  },
];
