import { CLOSES, closeReason, type CloseName } from '@parley/protocol';
import { expect, it } from 'vitest';

import { setbackOfClose } from './setback.ts';

const names = Object.keys(CLOSES) as CloseName[];
const nextOf = (name: CloseName) => setbackOfClose(CLOSES[name].code, closeReason(name)).next;

it('is judged by the protocol: what comes back, what does when needed, and what does not', () => {
  const unchanged = names.filter((name) => CLOSES[name].reconnect !== 'changed');
  for (const name of unchanged) expect([name, nextOf(name)]).toEqual([name, CLOSES[name].reconnect]);
});

it('asks for another token where that was it', () => {
  const tokens = names.filter((name) => name.startsWith('token-'));
  expect(tokens.length).toBeGreaterThan(5);
  for (const name of tokens) expect([name, nextOf(name)]).toEqual([name, 'token']);
});

it('is slower where it was too much, and comes back where one message was too big', () => {
  expect(setbackOfClose(4110, 'rate-limited retry=50')).toMatchObject({
    next: 'later',
    error: { retryAfterMs: 10_000 },
  });
  expect(setbackOfClose(4110, 'rate-limited retry=20000').error.retryAfterMs).toBe(20_000);
  expect(setbackOfClose(4111, 'too-many-sessions').error.retryAfterMs).toBe(10_000);
  expect(nextOf('too-big')).toBe('later');
});

it('keeps the time in the reason', () => {
  expect(setbackOfClose(4000, 'drained retry=3200').error).toMatchObject({
    code: 'drained',
    retryAfterMs: 3_200,
  });
});

it('is by the number what the reason does not say', () => {
  expect(setbackOfClose(1006, '')).toMatchObject({ next: 'later', error: { code: 'unreachable' } });
  expect(setbackOfClose(1001, 'Going away')).toMatchObject({ next: 'later', error: { code: 'unreachable' } });
  expect(setbackOfClose(4199, 'brand-new')).toMatchObject({ next: 'token', error: { code: 'brand-new' } });
  expect(setbackOfClose(4299, 'brand-new')).toMatchObject({ next: 'never', error: { code: 'brand-new' } });
});
