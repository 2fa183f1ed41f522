import { CLOSES, REFUSALS, type RefusalCode } from '@parley/protocol';
import { afterEach, describe, expect, it, vi } from 'vitest';

import { check } from './check.ts';

afterEach(() => void vi.unstubAllGlobals());

describe('the answer to a check', () => {
  it.each(Object.keys(REFUSALS) as RefusalCode[])('is heeded by its code: %s', async (code) => {
    const { status } = REFUSALS[code];
    const next = status === 401 ? 'token' : status >= 500 || status === 429 ? 'later' : 'never';
    expect(await answered(status, { code, message: 'Why.', retryAfterMs: 50 })).toMatchObject({
      next,
      error: { code, message: 'Why.', retryAfterMs: 50 },
    });
  });

  it.each(Object.keys(CLOSES).filter((name) => name.startsWith('token-')))(
    'asks for another token where that is it: %s',
    async (code) => {
      expect(await answered(401, { code, message: '' })).toMatchObject({ next: 'token', error: { code } });
    },
  );

  it.each([
    [404, { code: 404, message: 'default backend' }],
    [403, { code: 'AccessDenied', message: 'a captive portal' }],
    [401, { code: 'unauthorized' }],
    [400, { code: null }],
    [404, 'not found'],
    [403, null],
    [200, []],
  ])('of somebody else ends nothing: %s %j', async (status, body) => {
    expect(await answered(status, body)).toMatchObject({ next: 'later', error: { code: 'unreachable' } });
  });

  it('that says what only the next moment can tell ends nothing, whatever its status', async () => {
    expect(await answered(404, { code: 'internal' })).toMatchObject({ next: 'later' });
  });

  it('has a time to wait that is a number', async () => {
    const { error } = await answered(503, { code: 'draining', retryAfterMs: '2000' });
    expect(error.retryAfterMs).toBe(2_000);
  });
});

function answered(status: number, body: unknown) {
  vi.stubGlobal('fetch', async () => Response.json(body, { status }));
  return check('https://host.example/v1/check', 't', new AbortController().signal);
}
