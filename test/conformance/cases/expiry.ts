import { assert, assertClosed, assertEqual, assertMembers } from '../assert.ts';
import type { Case } from '../case.ts';
import { ANYTHING, LEEWAY_MS } from './samples.ts';

/** How long a JWT is good, and how a newer one takes its place. */
export const expiry: readonly Case[] = [
  {
    name: 'token: when it expires the session is closed with token-expired, and a newer token brings it back',
    needs: ['mint'],
    async run(t) {
      const room = t.name('room');
      const witness = await t.connectAs({ sub: 'bob', ...ANYTHING });
      const a = await t.connectAs({ sub: 'ada', ...ANYTHING }, { lifeMs: 2_000 - LEEWAY_MS });
      await witness.request({ type: 'join', room }, 'joined');
      await a.request({ type: 'join', room }, 'joined');
      await assertClosed(a, 'token-expired');
      assertMembers(await witness.next('peer-away'), { room, peer: a.peer }, 'peer-away');
      const token = await t.mint({ sub: 'ada', ...ANYTHING });
      const again = await t.connect({ token, resume: a.proof });
      assertMembers(again.welcome, { resumed: true, peer: a.peer, instance: a.welcome.instance }, 'welcome');
      assertMembers(await witness.next('peer-back'), { room, peer: a.peer }, 'peer-back');
    },
  },
  {
    name: 'token: a refresh in time keeps the session beyond the old expiry',
    needs: ['mint'],
    async run(t) {
      const a = await t.connectAs({ sub: 'ada' }, { lifeMs: 2_000 - LEEWAY_MS });
      const { expiresInMs: before = 0 } = a.welcome;
      const token = await t.mint({ sub: 'ada' }, { lifeMs: 60_000 });
      const { expiresInMs = 0 } = await a.request({ type: 'refresh', token }, 'refreshed');
      assert(expiresInMs > 50_000 && expiresInMs <= 60_000 + LEEWAY_MS, `expiresInMs is ${expiresInMs}`);
      await new Promise((resolve) => setTimeout(resolve, before + 250)); // what is waited for is that nothing happens
      await a.settle();
    },
  },
  {
    name: 'token: a refresh brings the rights of the newer token',
    needs: ['mint'],
    async run(t) {
      const a = await t.connectAs({ sub: 'ada', rooms: [] });
      const room = t.name('room');
      assertEqual((await a.request({ type: 'join', room }, 'error')).code, 'not-allowed', 'code before');
      const token = await t.mint({ sub: 'ada', rooms: [room] });
      await a.request({ type: 'refresh', token }, 'refreshed');
      await a.request({ type: 'join', room }, 'joined');
    },
  },
  {
    name: 'token: a refresh for somebody else, or with a token that is refused, changes nothing',
    needs: ['mint'],
    async run(t) {
      const peer = t.name('peer');
      const mine = { sub: 'ada', peer, realm: 'north' };
      const a = await t.connectAs(mine);
      const others = await Promise.all([
        t.mint({ ...mine, sub: 'eve' }),
        t.mint({ ...mine, peer: t.name('peer') }),
        t.mint({ sub: 'ada', realm: 'north' }),
        t.mint({ ...mine, realm: 'south' }),
        t.mint(mine, { forged: true }),
        t.mint(mine, { lifeMs: -LEEWAY_MS - 60_000 }),
        Promise.resolve('not-even-a-json-web-token'),
      ]);
      for (const token of others)
        assertEqual((await a.request({ type: 'refresh', token }, 'error')).code, 'not-allowed', 'code');
      await a.request({ type: 'refresh', token: await t.mint(mine) }, 'refreshed');
    },
  },
  {
    name: 'token: 30 s beyond exp are granted',
    needs: ['mint'],
    async run(t) {
      const { welcome } = await t.connectAs({ sub: 'ada' }, { lifeMs: 20_000 - LEEWAY_MS });
      assert((welcome.expiresInMs ?? 0) > 0, 'some time is left');
    },
  },
];
