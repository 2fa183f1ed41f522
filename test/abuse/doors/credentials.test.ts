import { describe, expect, it } from 'vitest';

import { until } from '../../support/until.ts';
import { freshAddress, freshName } from '../support/names.ts';
import type { Approach } from '../support/watched-node.ts';
import { jwtOf, LOW, PUBLIC_TOKEN } from './nodes.ts';
import { answerTo, heard, times } from './play.ts';
import { stage } from './stage.ts';

const nodeNamed = stage();

const encoded = (part: object) => Buffer.from(JSON.stringify(part)).toString('base64url');

describe('a credential', () => {
  it.each<[string, Approach, string]>([
    ['in Authorization', { asServer: true }, 'welcome'],
    ['in Authorization, a JWT', { asServer: true, credential: jwtOf() }, 'welcome'],
    ['in a subprotocol', {}, 'welcome'],
    ['in a subprotocol, a JWT', { credential: jwtOf() }, 'welcome'],
    ['in the query', { credential: false, query: { token: PUBLIC_TOKEN } }, 'welcome'],
    [
      'in the query, a JWT, where proxies would log it',
      { credential: false, query: { token: jwtOf() } },
      '401 credential-malformed',
    ],
    [
      'in no header but Authorization',
      { credential: false, headers: { 'x-token': PUBLIC_TOKEN } },
      '401 credential-missing',
    ],
    [
      'by another scheme',
      { credential: false, headers: { authorization: `Basic ${PUBLIC_TOKEN}` } },
      '401 credential-malformed',
    ],
    // A right one in a lesser place does not mend it.
    ['wrong in Authorization', { headers: { authorization: 'Bearer short' } }, '401 credential-malformed'],
  ])('%s', async (_where, approach, answer) => {
    expect(await (await nodeNamed('usual')).knock(approach)).toBe(answer);
  });

  it.each(['token', 'parley.token', 'authorization', 'session', 'jwt'])(
    'is never a cookie, be it called %s',
    async (name) => {
      const node = await nodeNamed('usual');
      const headers = {
        cookie: `${name}=${PUBLIC_TOKEN}; ${name}2=${encodeURIComponent(`Bearer ${jwtOf()}`)}`,
      };
      expect(await node.knock({ credential: false, headers })).toBe('401 credential-missing');
      expect(await node.check({ credential: false, headers })).toBe('401 credential-missing');
      expect(await node.knock({ headers })).toBe('welcome');
    },
  );

  it('is never answered: only the version of the protocol is', async () => {
    const client = await (await nodeNamed('usual')).enter();
    expect(client.socket.protocol).toBe('parley.v1');
  });
});

describe('a JWT that is forged', () => {
  const [header = '', payload = '', signature = ''] = jwtOf().split('.');

  it.each([
    [
      'without a signature, as its header asks for',
      `${encoded({ alg: 'none' })}.${payload}.`,
      '4108 token-wrong-algorithm',
    ],
    [
      'with a signature, although its header asks for none',
      `${encoded({ alg: 'none' })}.${payload}.${signature}`,
      '4108 token-wrong-algorithm',
    ],
    ['by NONE', `${encoded({ alg: 'NoNe' })}.${payload}.`, '4108 token-wrong-algorithm'],
    [
      'without any algorithm',
      `${encoded({ typ: 'JWT' })}.${payload}.${signature}`,
      '4108 token-wrong-algorithm',
    ],
    ['without its signature', `${header}.${payload}.`, '4102 token-bad-signature'],
    [
      'with other claims',
      `${header}.${encoded({ sub: 'root', exp: 9e9 })}.${signature}`,
      '4102 token-bad-signature',
    ],
    [
      'with an extension that must be understood',
      `${encoded({ alg: 'HS256', crit: ['b64'], b64: false })}.${payload}.${signature}`,
      '4102 token-bad-signature',
    ],
    [
      'with a payload that is no JSON',
      `${header}.${Buffer.from('x').toString('base64url')}.${signature}`,
      '401 credential-malformed',
    ],
  ])('%s', async (_how, credential, answer) => {
    const node = await nodeNamed('usual');
    expect(await node.knock({ credential })).toBe(answer);
    expect(await node.check({ credential })).toBe(`401 ${answer.split(' ')[1]}`);
    expect(await node.check({ credential: jwtOf() })).toBe('200 ok');
  });
});

describe('what a token does not allow', () => {
  it.each([
    [
      'a room',
      { rooms: ['yard', 'hall-*'] },
      [{ room: 'yard' }, { room: 'hall-2' }],
      [{ room: 'yard-2' }, { room: 'cellar' }],
    ],
    ['a code', { codes: true, rooms: [] }, [{}], [{ room: 'yard' }]],
    ['a code', { codes: false }, [{ room: 'yard' }], [{}, { room: 'ABCD-EFGH' }]],
    ['any room', { rooms: [] }, [{}], [{ room: 'yard' }, { room: '*' }]],
  ] as const)('%s is not entered', async (_what, claims, allowed, forbidden) => {
    const client = await (await nodeNamed('usual')).enter({ credential: jwtOf(claims) });
    for (const join of allowed) expect(await answerTo(client, { type: 'join', ...join })).toBe('joined');
    for (const join of forbidden)
      expect(await answerTo(client, { type: 'join', ...join })).toBe('error not-allowed');
  });

  it('a queue is not waited in', async () => {
    const client = await (await nodeNamed('usual')).enter({ credential: jwtOf({ queues: ['chess'] }) });
    expect(await answerTo(client, { type: 'match', queue: 'chess' })).toBe('waiting');
    expect(await answerTo(client, { type: 'match', queue: 'go' })).toBe('error not-allowed');
  });

  it('is not got by a newer token of somebody else', async () => {
    const node = await nodeNamed('usual');
    const user = freshName('user');
    const client = await node.enter({ credential: jwtOf({ sub: user, rooms: [] }) });
    for (const claims of [
      { sub: freshName('user') },
      { sub: user, realm: 'elsewhere' },
      { sub: user, peer: 'another' },
    ])
      expect(await answerTo(client, { type: 'refresh', token: jwtOf(claims) })).toBe('error not-allowed');
    expect(await answerTo(client, { type: 'join', room: 'yard' })).toBe('error not-allowed');
    expect(await answerTo(client, { type: 'refresh', token: jwtOf({ sub: user }) })).toBe('refreshed');
    expect(await answerTo(client, { type: 'join', room: 'yard' })).toBe('joined');
  });
});

describe('who presents credentials that are refused', () => {
  const WRONG = 'a-public-token-that-is-none';

  it.each<[string, string, string]>([
    ['malformed ones', 'short', '401 credential-malformed'],
    ['unknown ones', WRONG, '4107 token-unknown'],
    [
      'forged ones',
      jwtOf({}, { key: 'the secret of somebody else, long enough' }),
      '4102 token-bad-signature',
    ],
  ])('%s again and again has to wait, with a right public token, too', async (_what, credential, answer) => {
    const node = await nodeNamed('usual');
    const from = freshAddress();
    const tries = await times(LOW.failures, () => node.knock({ from, credential }));
    expect(new Set(tries)).toEqual(new Set([answer]));
    expect(await node.knock({ from, credential })).toBe('429 rate-limited');
    expect(await node.knock({ from })).toBe('429 rate-limited');
    expect(await node.check({ from })).toBe('429 rate-limited');
    expect(await node.knock()).toBe('welcome');
  });

  it('lets who has a right JWT in all the same: it cannot be guessed, and they may share an address', async () => {
    const node = await nodeNamed('usual');
    const from = freshAddress();
    await times(LOW.failures + 1, () => node.knock({ from, credential: WRONG }));
    expect(await node.knock({ from })).toBe('429 rate-limited');
    expect(await node.knock({ from, credential: jwtOf() })).toBe('welcome');
  });

  it('counts on /v1/check as well', async () => {
    const node = await nodeNamed('usual');
    const from = freshAddress();
    await times(LOW.failures + 1, () => node.check({ from, credential: WRONG }));
    expect(await node.knock({ from })).toBe('429 rate-limited');
  });

  it('is not who has forgotten one', async () => {
    const node = await nodeNamed('usual');
    const from = freshAddress();
    const tries = await times(LOW.upgrades - 1, () => node.knock({ from, credential: false }));
    expect(new Set(tries)).toEqual(new Set(['401 credential-missing']));
    expect(await node.knock({ from })).toBe('welcome');
  });

  it('has as many tries in a session as there are updates, and no more', async () => {
    const credential = jwtOf();
    const client = await (await nodeNamed('usual')).enter({ credential });
    const refresh = (token: string) => client.request({ type: 'refresh', token });
    const tries = await times(LOW.updates, async () => heard(await refresh(`${credential}x`)));
    expect(new Set(tries)).toEqual(new Set(['error not-allowed']));
    expect(await refresh(credential)).toMatchObject({
      code: 'rate-limited',
      retryAfterMs: expect.any(Number),
    });
    await until('its time', async () => heard(await refresh(credential)) === 'refreshed');
  });
});
