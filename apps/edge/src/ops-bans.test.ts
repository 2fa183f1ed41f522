import { createHash } from 'node:crypto';

import { Unavailable } from '@parley/core';
import { describe, expect, it } from 'vitest';

import { DIGEST, OPERATOR, OPERATOR_JSON, startStage } from './testing/ops-stage.ts';

const JWT = 'eyJhbGciOiJIUzI1NiJ9.e30.c2ln';
const PUBLIC_TOKEN = 'a-public-token-of-24-chars';
const digest = (token: string) => createHash('sha256').update(token).digest('hex');

/** What a line of the log calls somebody. */
const called = (kind: string, subject: string) =>
  kind === 'user' || kind === 'peer' ? subject.replace('/', '/~') : `~${subject}`;

describe('/bans', () => {
  it('lists them by pseudonyms, and by themselves to whoever has the token', async () => {
    const { ask, lines } = await startStage();
    const shown = { kind: 'user', endsAt: expect.stringMatching(/^\d{4}-.*Z$/) };
    expect((await ask('GET', '/bans')).body).toEqual({ bans: [{ ...shown, subject: 'main/~u1' }] });
    expect(lines).toEqual([]);
    const revealed = await ask('GET', '/bans?reveal=1', OPERATOR);
    expect(revealed.body).toEqual({ bans: [{ ...shown, subject: 'main/u1' }] });
    expect(lines).toEqual([{ event: 'operator-revealed', from: '~127.0.0.1', what: 'bans', count: 1 }]);
  });

  it.each([
    ['address', '192.0.2.1', '192.0.2.1'],
    ['address', '2001:db8::1', '2001:db8::1'],
    ['token', JWT, digest('eyJhbGciOiJIUzI1NiJ9.e30')],
    ['token', PUBLIC_TOKEN, digest(PUBLIC_TOKEN)],
    ['token', DIGEST, DIGEST],
    ['user', 'main/with/a/slash', 'main/with/a/slash'],
    ['peer', 'main/p1', 'main/p1'],
  ])('bans and unbans one %s, %s, and that is written down', async (kind, subject, meant) => {
    const { ask, acts, lines } = await startStage();
    const banned = await ask('POST', '/bans', OPERATOR_JSON, { kind, subject, forMs: 1_000 });
    const unbanned = await ask('DELETE', '/bans', OPERATOR_JSON, { kind, subject });
    expect([banned, unbanned]).toMatchObject([
      { status: 200, body: { outcome: 'banned' } },
      { status: 200, body: { outcome: 'unbanned' } },
    ]);
    const ref = { kind, subject: meant };
    expect(acts).toEqual([{ ban: ref, forMs: 1_000 }, { unban: ref }]);
    const whom = { from: '~127.0.0.1', kind, subject: called(kind, meant) };
    expect(lines).toEqual([
      { event: 'operator-banned', ...whom, forMs: 1_000, outcome: 'banned' },
      { event: 'operator-unbanned', ...whom, outcome: 'unbanned' },
    ]);
  });

  it.each([
    [{ kind: 'address', subject: '192.0.2.256', forMs: 1_000 }, ': subject'],
    [{ kind: 'address', subject: '192.0.2.0/24', forMs: 1_000 }, ': subject'],
    [{ kind: 'address', subject: 'localhost', forMs: 1_000 }, ': subject'],
    [{ kind: 'user', subject: 'u1', forMs: 1_000 }, ': subject'],
    [{ kind: 'user', subject: 'Main/u1', forMs: 1_000 }, ': subject'],
    [{ kind: 'user', subject: '/u1', forMs: 1_000 }, ': subject'],
    [{ kind: 'peer', subject: 'main/', forMs: 1_000 }, ': subject'],
    [{ kind: 'peer', subject: 'main/p 1', forMs: 1_000 }, ': subject'],
    [{ kind: 'peer', subject: `main/${'p'.repeat(129)}`, forMs: 1_000 }, ': subject'],
    [{ kind: 'token', subject: '', forMs: 1_000 }, ': subject'],
    [{ kind: 'room', subject: 'main/r1', forMs: 1_000 }, ': kind'],
    [{ kind: 'constructor', subject: 'main/r1', forMs: 1_000 }, ': kind'],
    [{ kind: 'peer', subject: 'main/p1', forMs: 999 }, ': forMs'],
    [{ kind: 'peer', subject: 'main/p1', forMs: 30 * 86_400_000 + 1 }, ': forMs'],
    [{ kind: 'peer', subject: 'main/p1', forMs: 1_000.5 }, ': forMs'],
    [{ kind: 'peer', subject: 'main/p1', forMs: '1000' }, ': forMs'],
    [{ kind: 'peer', subject: 'main/p1' }, ': forMs'],
    [{ forMs: -1 }, ': kind, subject, forMs'],
    [{ kind: 'peer', subject: 'main/p1', forMs: 1_000, because: 'x' }, ', or has a member that is not known'],
  ])('refuses %j, naming the path and not the value', async (body, where) => {
    const { ask, acts } = await startStage();
    const refused = await ask('POST', '/bans', OPERATOR_JSON, body);
    const message = `The body is not valid${where}.`;
    expect(refused).toMatchObject({ status: 400, body: { code: 'bad-request', message } });
    expect(acts).toEqual([]);
  });

  const peer = { kind: 'peer', subject: 'main/p1' };
  const unavailable = async () => {
    throw new Unavailable('timed out');
  };

  it.each([
    ['POST', { ban: async () => 'full' as const }, 507, 'bans-full', 'full'],
    ['POST', { ban: unavailable }, 503, 'cluster-unavailable', 'unknown'],
    ['DELETE', { unban: unavailable }, 503, 'cluster-unavailable', 'unknown'],
    ['DELETE', { unban: async () => 'absent' as const }, 404, 'no-such-ban', 'absent'],
  ])('tells when nothing came of it: %s %o is %i', async (method, operations, status, code, outcome) => {
    const { ask, lines, errors } = await startStage(operations);
    const body = method === 'POST' ? { ...peer, forMs: 1_000 } : peer;
    expect(await ask(method, '/bans', OPERATOR_JSON, body)).toMatchObject({ status, body: { code } });
    expect(lines).toMatchObject([{ outcome }]);
    expect(errors).toEqual([]);
  });
});
