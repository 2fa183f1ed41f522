import type { CheckAnswer } from '@parley/protocol/plain';

import { ParleyError } from './error.ts';
import { unreachable, type Setback } from './setback.ts';

/**
 * What every refusal asks for, by its code. The status says nothing that can be relied on: whoever stands in between answers with 404 or
 * 403, too. The tables of the protocol would bring their texts into every page; a test compares.
 */
const NEXT = {
  token:
    /^(?:credential-(?:missing|malformed)|token-(?:expired|not-yet-valid|unknown(?:-key)?|bad-(?:signature|claims)|wrong-(?:issuer|audience|realm|algorithm)))$/,
  never:
    /^(?:bad-request|unsupported-subprotocol|origin-not-allowed|banned|upgrade-required|insecure-transport)$/,
  later: /^(?:rate-limited|too-many-sessions|internal|node-full|draining|(?:keys|cluster)-unavailable)$/,
};

/**
 * Asks why a socket did not open: a browser sees of a refused upgrade nothing but close 1006.
 *
 * Rejects when nobody answers, and when `over` is aborted.
 */
export async function check(url: string, token: string | undefined, over: AbortSignal): Promise<Setback> {
  const headers: HeadersInit = token === undefined ? {} : { authorization: `Bearer ${token}` };
  const response = await fetch(url, { headers, credentials: 'omit', cache: 'no-store', signal: over });
  const answer = (await response.json().catch(() => ({}))) as Partial<CheckAnswer> | null;
  const { code = '', message, retryAfterMs } = answer ?? {};
  if (code === 'ok') return unreachable(`${url} answers, but no WebSocket opens`);
  for (const next of ['token', 'never', 'later'] as const)
    if (NEXT[next].test(code)) return { error: new ParleyError(code, message, retryAfterMs), next };
  // Whoever answers may be somebody else, and say anything.
  return unreachable(`no Parley server answers at ${url}`);
}
