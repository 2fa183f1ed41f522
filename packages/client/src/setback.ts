import { parseCloseReason, reconnectAfterClose } from '@parley/protocol/plain';

import { ParleyError } from './error.ts';

/** Why there is no connection, and what to do about it. */
export interface Setback {
  /** Its `retryAfterMs` is kept. */
  readonly error: ParleyError;
  /**
   * - `later`: another attempt, with back-off.
   * - `when-needed`: once somebody asks for something.
   * - `token`: with another credential, if one can be had.
   * - `never`: nothing more.
   */
  readonly next: 'later' | 'when-needed' | 'token' | 'never';
}

/** How much later is slower, which is the change that these two ask for. */
const SLOWER_MS = 10_000;
/** `rate-limited` and `too-many-sessions`. */
const TOO_MUCH = [4110, 4111];
/** One message was; the next need not be. */
const TOO_BIG = 1009;

/** What a close means for who did not ask for it. */
export function setbackOfClose(code: number, reason: string): Setback {
  const { name = 'unreachable', retryAfterMs } = parseCloseReason(reason) ?? {};
  const isTooMuch = TOO_MUCH.includes(code);
  const waitMs = isTooMuch ? Math.max(SLOWER_MS, retryAfterMs ?? 0) : retryAfterMs;
  const error = new ParleyError(name, `closed: ${code} ${reason}`, waitMs);
  const reconnect = isTooMuch || code === TOO_BIG ? 'later' : reconnectAfterClose(code);
  return { error, next: reconnect === 'changed' ? 'token' : reconnect };
}

/** Nobody answered. */
export function unreachable(message: string): Setback {
  return { error: new ParleyError('unreachable', message), next: 'later' };
}
