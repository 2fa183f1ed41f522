import type { CloseName } from '@parley/protocol/plain';
import { assertClosed, assertEqual } from '../assert.ts';
import type { Case, MintWishes } from '../case.ts';
import { LEEWAY_MS } from './samples.ts';

/** JWTs that are well-formed and no good. */
export const refusedTokens: readonly Case[] = [
  ...refusedToken('token-expired', 'is past its exp', { sub: 'ada' }, { lifeMs: -LEEWAY_MS - 5_000 }),
  ...refusedToken('token-not-yet-valid', 'is before its nbf', () => ({
    sub: 'ada',
    nbf: Math.floor(Date.now() / 1_000) + 3_600,
  })),
  ...refusedToken('token-bad-signature', 'is signed by somebody else', { sub: 'ada' }, { forged: true }),
  ...refusedToken('token-wrong-issuer', 'is of another issuer', { sub: 'ada' }, { issuer: 'somebody-else' }),
  ...refusedToken('token-wrong-audience', 'is for another audience', { sub: 'ada' }, { audience: 'others' }),
  ...refusedToken('token-wrong-realm', 'names what is no realm', { sub: 'ada', realm: 'No Realm' }),
  ...refusedToken('token-bad-claims', 'has no sub', {}),
  ...refusedToken('token-bad-claims', 'has rooms that are no list', { sub: 'ada', rooms: 'lobby' }),
  ...refusedToken('token-bad-claims', 'has a peer that is no id', { sub: 'ada', peer: 'a peer' }),
  {
    name: 'token: a JWT in Authorization is accepted, in the query it is refused unless the server allows it',
    needs: ['mint', 'http'],
    async run(t) {
      const token = await t.mint({ sub: 'ada' });
      assertEqual((await t.upgrade({ authorization: `Bearer ${token}` })).status, 101, 'Authorization');
      assertEqual((await t.upgrade({}, `?token=${token}`)).status, 401, 'query');
    },
  },
];

/** Such a token opens a socket that is closed with the reason, and `/v1/check` says the same. */
function refusedToken(
  name: CloseName,
  what: string,
  claims: object | (() => object),
  wishes?: MintWishes,
): readonly Case[] {
  return [
    {
      name: `token: one that ${what} is closed with ${name}`,
      needs: ['mint'],
      async run(t) {
        const token = await t.mint(typeof claims === 'function' ? claims() : claims, wishes);
        const client = await t.open({ token });
        await assertClosed(client, name);
        assertEqual(client.frames, [], 'messages');
        const { status, answer } = await t.check(token);
        assertEqual([status, answer.code], [401, name], 'check');
      },
    },
  ];
}
