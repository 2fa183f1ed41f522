import { describe, expect, it } from 'vitest';

import { DIGEST, OPERATOR, OPERATOR_JSON, SESSION, startStage } from './testing/ops-stage.ts';

const ISO = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/;

describe('/sessions', () => {
  it('calls everybody by a pseudonym, and tells when they came, what they sent and from which page', async () => {
    const { ask, lines } = await startStage();
    const { body } = await ask('GET', '/sessions');
    expect(body).toEqual({
      sessions: [
        {
          session: '~s1',
          peer: '~p1',
          user: '~u1',
          instance: '~i1',
          realm: 'main',
          address: '~192.0.2.1',
          token: `~${DIGEST}`,
          origin: 'https://app.example',
          userAgent: 'Browser/1.0',
          connectedAt: expect.stringMatching(ISO),
          lastActivity: expect.stringMatching(ISO),
          rooms: 1,
          queues: 0,
          framesReceived: 3,
          bytesReceived: 300,
          framesSent: 4,
          bytesSent: 400,
        },
      ],
      next: '17.25',
    });
    const [{ connectedAt, lastActivity }] = body.sessions;
    expect(Date.parse(lastActivity) - Date.parse(connectedAt)).toBe(59_000);
    expect(lines).toEqual([]);
  });

  it('reveals them to whoever has the token, and that is written down', async () => {
    const { ask, lines } = await startStage();
    const { body } = await ask('GET', '/sessions?reveal=1', OPERATOR);
    const { session, peer, user, instance, address, token } = SESSION;
    const ids = { session, peer, user, instance, address, token };
    expect(body.sessions[0]).toMatchObject({ ...ids, pseudonym: `~${session}` });
    expect(lines).toEqual([{ event: 'operator-revealed', from: '~127.0.0.1', what: 'sessions', count: 1 }]);
  });

  it('is read page by page', async () => {
    const { ask, acts } = await startStage();
    await ask('GET', '/sessions');
    const { body } = await ask('GET', '/sessions?limit=1');
    await ask('GET', `/sessions?limit=1&after=${body.next}`);
    expect(acts).toEqual([
      { limit: 100, after: undefined },
      { limit: 1, after: undefined },
      { limit: 1, after: 17.25 },
    ]);
  });

  it.each([
    'limit=0',
    'limit=501',
    'limit=x',
    'after=x',
    'after=Infinity',
    'reveal=yes',
    'limits=7',
    '__proto__=1',
  ])('refuses a query that it does not understand, without its words: %s', async (query) => {
    const { ask, acts } = await startStage();
    const { status, body } = await ask('GET', `/sessions?${query}`);
    expect([status, body.code, acts]).toEqual([400, 'bad-request', []]);
    expect(body.message).toMatch(/^The query is not valid(: (limit|after|reveal)|, or has .* not known)\.$/);
  });

  it('writes what strangers call themselves so that no terminal obeys it', async () => {
    const nasty = '\u001b[2J\u009b2J\u202e"}</script>\ud800\u00e9';
    const { ask } = await startStage({ sessions: () => ({ sessions: [{ ...SESSION, userAgent: nasty }] }) });
    const { body, text } = await ask('GET', '/sessions');
    expect(text).toMatch(/^[\n\x20-\x7e]*$/);
    expect(body.sessions[0].userAgent).toBe(nasty);
  });
});

describe('/sessions/close', () => {
  it.each([
    [{ outcome: 'closed' }, 200, { outcome: 'closed' }],
    [{ outcome: 'told', nodes: 2 }, 202, { outcome: 'told', nodes: 2 }],
    [{ outcome: 'told', nodes: 0 }, 404, { code: 'no-such-session' }],
  ] as const)('ends a session, and that is written down: %o is %i', async (answer, status, body) => {
    const { ask, lines } = await startStage({ close: () => answer });
    const closed = await ask('POST', '/sessions/close', OPERATOR_JSON, { session: 's1' });
    expect(closed).toMatchObject({ status, body });
    const line = { event: 'operator-closed-session', from: '~127.0.0.1', session: '~s1', ...answer };
    expect(lines).toEqual([line]);
  });

  it('takes its pseudonym, too, and writes down that one', async () => {
    const { ask, acts, lines } = await startStage();
    const session = '0123456789abcdef01234567';
    await ask('POST', '/sessions/close', OPERATOR_JSON, { session });
    expect(acts).toEqual([{ close: session }]);
    expect(lines).toMatchObject([{ session }]);
  });

  it.each([
    [400, '{"session":"s 1"}', {}],
    [400, '{"session":7}', {}],
    [400, '{}', {}],
    [400, '[]', {}],
    [400, 'null', {}],
    [400, '', {}],
    [400, '{"session":"s1"', {}],
    [400, '{"session":"s1","__proto__":{"x":1}}', {}],
    [400, '{"session":"s1","all":true}', {}],
    [400, '['.repeat(4_000), {}],
    [413, `{"session":"s1"${' '.repeat(4_096)}}`, {}],
    [413, `{"session":"s1"${' '.repeat(4_096)}}`, { 'transfer-encoding': 'chunked' }],
    [415, '{"session":"s1"}', { 'content-type': 'text/plain' }],
    [415, '{"session":"s1"}', { 'content-type': 'application/x-www-form-urlencoded' }],
    [415, '{"session":"s1"}', { 'content-type': 'application/json-patch+json' }],
  ])('refuses with %i a body that is not what it wants: %j', async (status, body, headers) => {
    const { ask, acts, lines } = await startStage();
    const refused = await ask('POST', '/sessions/close', { ...OPERATOR_JSON, ...headers }, body);
    expect(refused).toMatchObject({ status, body: { code: expect.any(String) } });
    expect(refused.body.message).not.toMatch(/s1|s 1|all|proto/);
    expect([acts, lines]).toEqual([[], []]);
  });

  it('takes the same body in other words', async () => {
    const { ask, acts } = await startStage();
    const headers = { ...OPERATOR_JSON, 'content-type': 'Application/JSON; charset=utf-8' };
    const { status } = await ask('POST', '/sessions/close', headers, `{"session":"s1"${' '.repeat(4_000)}}`);
    expect([status, acts]).toEqual([200, [{ close: 's1' }]]);
  });
});
