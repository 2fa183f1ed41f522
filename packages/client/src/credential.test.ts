import { afterEach, beforeEach, expect, it, vi } from 'vitest';

import type { ConnectOptions, TokenNeed } from './api.ts';
import { Credential } from './credential.ts';
import { ParleyError } from './error.ts';
import { Timers } from './timers.ts';

const refusal = new ParleyError('token-expired');
const credential = (options: Pick<ConnectOptions, 'token' | 'getToken'>) =>
  new Credential(options, new Timers());

/** Gives these, one after the other, and takes note of why it was asked. */
function giving(...tokens: string[]): { getToken: (need: TokenNeed) => string; needs: TokenNeed[] } {
  const needs: TokenNeed[] = [];
  const getToken = (need: TokenNeed) => {
    needs.push(need);
    return tokens[needs.length - 1] ?? '';
  };
  return { getToken, needs };
}

it('is none where there is none', async () => {
  expect(await credential({}).show()).toEqual({ token: undefined });
});

it('is the one that was given, every time, where no others can be had', async () => {
  const fixed = credential({ token: 'a' });
  expect([await fixed.show(), await fixed.show()]).toEqual([{ token: 'a' }, { token: 'a' }]);
  expect(fixed.refuse(refusal)).toEqual({ error: refusal, next: 'never' });
});

it('is asked for each time where it can be', async () => {
  const { getToken, needs } = giving('a', 'b');
  const asked = credential({ getToken });
  expect(await asked.show()).toEqual({ token: 'a' });
  asked.accept();
  expect(await asked.show()).toEqual({ token: 'b' });
  expect(needs).toEqual(['connect', 'connect']);
});

it('is the given one first, until it was taken, and then asked for', async () => {
  const { getToken, needs } = giving('b');
  const both = credential({ token: 'a', getToken });
  expect([await both.show(), await both.show()]).toEqual([{ token: 'a' }, { token: 'a' }]);
  both.accept();
  expect(await both.show()).toEqual({ token: 'b' });
  expect(needs).toEqual(['connect']);
});

it('is another one after a refusal, and never the same', async () => {
  const { getToken, needs } = giving('a', 'b', 'b');
  const asked = credential({ getToken });
  await asked.show();
  expect(asked.refuse(refusal).next).toBe('later');
  expect(await asked.show()).toEqual({ token: 'b' });
  const later = new ParleyError('token-bad-claims');
  asked.refuse(later);
  expect(await asked.show()).toEqual({ setback: { error: later, next: 'never' } });
  expect(needs).toEqual(['connect', 'refused', 'refused']);
});

it('may be the one that was refused for a former session, as long as the newer one was taken', async () => {
  const { getToken } = giving('a', 'b', 'a');
  const asked = credential({ getToken });
  await asked.show();
  asked.refuse(refusal);
  await asked.show();
  asked.accept();
  expect(await asked.show()).toEqual({ token: 'a' });
});

it('that was renewed is the one that is refused later', async () => {
  const { getToken } = giving('a', 'b', 'b');
  const asked = credential({ getToken });
  await asked.show();
  asked.accept();
  const renewed = await asked.renew();
  expect(renewed).toEqual({ token: 'b' });
  asked.accept('b');
  asked.refuse(refusal);
  expect(await asked.show()).toMatchObject({ setback: { next: 'never' } });
});

it.each(['', 'a b', 'a=', 'ä', 'a,b', 'a/b', 7, null])('%j can not be shown', async (token) => {
  const shown = await credential({ getToken: () => token as string }).show();
  expect(shown).toMatchObject({ setback: { next: 'never', error: { code: 'credential-malformed' } } });
});

it('that cannot be had now is tried again later', async () => {
  const failing = credential({ getToken: () => Promise.reject(new Error('no network')) });
  const shown = await failing.show();
  expect(shown).toMatchObject({ setback: { next: 'later', error: { code: 'unreachable' } } });
  expect('setback' in shown && shown.setback.error.message).toContain('no network');
});

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

it('that does not come is waited for ten seconds', async () => {
  const shown = credential({ getToken: () => new Promise(() => {}) }).show();
  await vi.advanceTimersByTimeAsync(10_000);
  expect(await shown).toMatchObject({ setback: { next: 'later', error: { code: 'unreachable' } } });
  expect(vi.getTimerCount()).toBe(0);
});
