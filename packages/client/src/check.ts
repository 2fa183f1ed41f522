import type { CheckAnswer } from '@parley/protocol/plain';

import { ParleyError } from './error.ts';
import { unreachable, type Setback } from './setback.ts';

/**
 * Asks why a socket did not open: a browser sees of a refused upgrade nothing but close 1006.
 *
 * Rejects when nobody answers, and when `over` is aborted.
 */
export async function check(url: string, token: string | undefined, over: AbortSignal): Promise<Setback> {
  const headers: HeadersInit = token === undefined ? {} : { authorization: `Bearer ${token}` };
  const response = await fetch(url, { headers, credentials: 'omit', cache: 'no-store', signal: over });
  // Whoever answers may be somebody else, and say anything.
  const answer = (await response.json().catch(() => ({}))) as Partial<CheckAnswer> | null;
  const { code, message, retryAfterMs } = answer ?? {};
  const { ok, status } = response;
  if (code === undefined) return unreachable(`no Parley server answers at ${url}`);
  if (ok) return unreachable(`${url} answers, but no WebSocket opens`);
  return { error: new ParleyError(code, message, retryAfterMs), next: nextOf(status) };
}

function nextOf(status: number): Setback['next'] {
  if (status === 401) return 'token';
  return status >= 500 || status === 429 ? 'later' : 'never';
}
