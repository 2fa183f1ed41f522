import { describe, expect, it } from 'vitest';

import { OPERATOR_JSON, startStage, TOKEN } from './testing/ops-stage.ts';

const CALLS = [
  ['GET', '/sessions?reveal=1', undefined],
  ['GET', '/bans?reveal=1', undefined],
  ['POST', '/sessions/close', { session: 's1' }],
  ['POST', '/bans', { kind: 'peer', subject: 'main/p1', forMs: 1_000 }],
  ['DELETE', '/bans', { kind: 'peer', subject: 'main/p1' }],
] as const;

const WRONG = { ...OPERATOR_JSON, authorization: `Bearer ${TOKEN}.` };

describe('what changes or reveals', () => {
  it.each(CALLS)('needs the token: %s %s', async (method, path, body) => {
    const { ask, acts } = await startStage();
    const json = { 'content-type': 'application/json' };
    const tries = [
      json,
      WRONG,
      { ...json, authorization: TOKEN },
      { ...json, authorization: `Basic ${TOKEN}` },
      { ...json, authorization: 'Bearer ' },
      { ...json, authorization: `Bearer ${TOKEN.slice(0, -1)}` },
    ];
    for (const headers of tries) expect((await ask(method, path, headers, body)).status).toBe(403);
    expect(acts).toEqual([]);
    expect((await ask(method, path, OPERATOR_JSON, body)).status).toBe(200);
  });

  it.each(CALLS)(
    'is never allowed where there is no token, and the answer says what to set: %s %s',
    async (method, path, body) => {
      const { ask, acts } = await startStage({}, {});
      for (const authorization of ['Bearer undefined', `Bearer ${TOKEN}`, 'Bearer ']) {
        const answer = await ask(method, path, { ...OPERATOR_JSON, authorization }, body);
        expect(answer).toMatchObject({ status: 403, body: { code: 'not-configured' } });
        expect(answer.body.message).toContain('PARLEY_OPS_TOKEN');
      }
      expect(acts).toEqual([]);
    },
  );
});

describe('who tries tokens', () => {
  it('has to wait after ten wrong ones, but whoever has the right one never does', async () => {
    const { ask, clock, lines } = await startStage();
    const reveal = (headers: object) => ask('GET', '/sessions?reveal=1', headers);
    for (let n = 0; n < 10; n += 1) expect((await reveal(WRONG)).status).toBe(403);
    const tooMany = { status: 429, headers: { 'retry-after': '6' }, body: { code: 'too-many-tokens' } };
    expect(await reveal(WRONG)).toMatchObject(tooMany);
    expect((await reveal(OPERATOR_JSON)).status).toBe(200);
    // Who needs no token is not in the way of anybody.
    expect((await ask('GET', '/sessions')).status).toBe(200);
    await clock.advance(6_000);
    expect((await reveal(WRONG)).status).toBe(403);
    expect(lines.filter(({ event }) => event === 'operator-refused')).toHaveLength(12);
    expect(JSON.stringify(lines)).not.toContain(TOKEN);
  });

  it('gets no more than ten a minute over time', async () => {
    const { ask, clock } = await startStage();
    let looked = 0;
    for (let second = 0; second < 60; second += 1) {
      for (let n = 0; n < 3; n += 1) {
        const { status } = await ask('GET', '/bans?reveal=1', WRONG);
        if (status === 403) looked += 1;
      }
      await clock.advance(1_000);
    }
    expect(looked).toBeGreaterThanOrEqual(19);
    expect(looked).toBeLessThanOrEqual(20);
  });

  it('does not make an operator wait who never did', async () => {
    const { ask } = await startStage();
    for (let n = 0; n < 9; n += 1) await ask('GET', '/bans?reveal=1', WRONG);
    for (let n = 0; n < 30; n += 1)
      expect((await ask('GET', '/bans?reveal=1', OPERATOR_JSON)).status).toBe(200);
  });
});
