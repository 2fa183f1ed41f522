import type { Admission, HttpAnswer, HttpRequest } from '@parley/core';
import { describe, expect, it } from 'vitest';
import { strictTransport } from './strict-transport.ts';

const request: HttpRequest = {
  method: 'GET',
  path: '/',
  query: '',
  headers: new Map(),
  address: '192.0.2.1',
  tls: true,
};
const answer: HttpAnswer = { status: 404, headers: { 'x-own': 'kept' }, body: '' };
const strict = { 'x-own': 'kept', 'strict-transport-security': 'max-age=31536000' };

const over = (admission: Admission) =>
  strictTransport({ upgrade: async () => admission, http: async () => answer });

describe('strict transport', () => {
  it('is said with every answer and every refusal', async () => {
    const handlers = over({ ok: false, answer });
    expect((await handlers.http(request)).headers).toEqual(strict);
    expect(await handlers.upgrade(request)).toMatchObject({ answer: { status: 404, headers: strict } });
  });

  it('leaves an admission as it is', async () => {
    const admission: Admission = { ok: true, open: () => expect.fail(), abandoned() {} };
    expect(await over(admission).upgrade(request)).toBe(admission);
  });
});
