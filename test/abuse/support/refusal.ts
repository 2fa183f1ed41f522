import { REFUSALS, type RefusalCode } from '@parley/protocol';
import { expect } from 'vitest';

/** An answer over HTTP that refuses, or that says what a knock would get. */
interface Answer {
  readonly status: number | undefined;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly body: string;
}

/**
 * Reads an answer as `403 origin-not-allowed`, and expects of it what PROTOCOL.md promises of each: JSON, for any page, without
 * cookies, and with the time after which it may be tried again where that is the point.
 */
export function expectWellFormed({ status = 0, headers, body }: Answer): string {
  const { code, message, retryAfterMs, ...more } = JSON.parse(body) as Record<string, unknown>;
  expect({ message, more, headers }).toEqual({
    message: expect.stringMatching(/^[A-Z`].+\.$/),
    more: {},
    headers: expect.objectContaining({
      'content-type': 'application/json; charset=utf-8',
      'access-control-allow-origin': '*',
      'x-content-type-options': 'nosniff',
      'cache-control': 'no-store',
    }),
  });
  for (const absent of ['server', 'x-powered-by', 'set-cookie', 'access-control-allow-credentials'])
    expect(headers).not.toHaveProperty(absent);
  const isLater = status === 429 || status === 503;
  expect(typeof retryAfterMs, `retryAfterMs of ${body}`).toBe(isLater ? 'number' : 'undefined');
  expect(headers['retry-after']).toBe(isLater ? String(Math.ceil(Number(retryAfterMs) / 1_000)) : undefined);
  if (isLater) expect(Number(retryAfterMs)).toBeGreaterThan(0);
  // A token that would be told by a close is no challenge.
  if (status === 401 && REFUSALS[code as RefusalCode]?.status === 401)
    expect(headers['www-authenticate']).toBe('Bearer');
  return `${status} ${String(code)}`;
}
