import type { Credential } from './credential.ts';
import type { ParleyError } from './error.ts';
import { errorOf } from './requests.ts';
import type { Session } from './session.ts';
import type { Timers } from './timers.ts';

/** Renewed when so much of a token's time has passed: timers of hidden pages are late by a minute. */
const PART = 3 / 4;
const LEAST_MS = 1_000;
const AGAIN_AFTER_MS = 5_000;

/**
 * Shows a session newer tokens before the last one expires.
 *
 * @param expiresInMs what is left of the token
 * @param report hears why there was no newer token; it is tried again, until the server ends the session
 */
export function keepRenewed(
  session: Session,
  expiresInMs: number,
  credential: Credential,
  timers: Timers,
  report: (error: Error) => void,
): void {
  const renewAfter = (delayMs: number) =>
    timers.after(Math.max(LEAST_MS, delayMs), () => {
      if (!session.isOver) void renew();
    });
  const failed = (error: ParleyError) => {
    report(error);
    renewAfter(error.retryAfterMs ?? AGAIN_AFTER_MS);
  };
  const renew = async () => {
    const shown = await credential.renew();
    if (session.isOver) return;
    if ('setback' in shown) return failed(shown.setback.error);
    const { token = '' } = shown;
    const answer = await session.ask({ type: 'refresh', token });
    if (answer?.type === 'error') failed(errorOf(answer));
    if (answer?.type !== 'refreshed') return;
    credential.accept(token);
    if (answer.expiresInMs !== undefined)
      keepRenewed(session, answer.expiresInMs, credential, timers, report);
  };
  renewAfter(expiresInMs * PART);
}
