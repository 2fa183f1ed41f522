import type { Credential } from './credential.ts';
import { ParleyError } from './error.ts';
import type { Session } from './session.ts';
import type { Timers } from './timers.ts';

/** Renewed when so much of a token's time has passed: timers of hidden pages are late by a minute. */
const PART = 3 / 4;
const LEAST_MS = 1_000;
const AGAIN_AFTER_MS = 5_000;

/** Shows a session newer tokens before the last one expires. */
export class Renewal {
  readonly #credential: Credential;
  readonly #timers: Timers;
  readonly #report: (error: Error) => void;

  /** @param report hears why there was no newer token; it is tried again, until the server ends the session */
  constructor(credential: Credential, timers: Timers, report: (error: Error) => void) {
    this.#credential = credential;
    this.#timers = timers;
    this.#report = report;
  }

  /** @param expiresInMs what is left of the token; `undefined` if it does not expire */
  watch(session: Session, expiresInMs: number | undefined): void {
    if (expiresInMs !== undefined && this.#credential.isRenewable) this.#after(session, expiresInMs * PART);
  }

  #after(session: Session, delayMs: number): void {
    this.#timers.after(Math.max(LEAST_MS, delayMs), () => {
      if (!session.isOver) void this.#renew(session);
    });
  }

  async #renew(session: Session): Promise<void> {
    const shown = await this.#credential.renew();
    if (session.isOver) return;
    if ('setback' in shown) return this.#failed(session, shown.setback.error);
    const { token = '' } = shown;
    const answer = await session.ask({ type: 'refresh', token });
    if (answer?.type === 'refreshed') {
      this.#credential.accept(token);
      this.watch(session, answer.expiresInMs);
    } else if (answer?.type === 'error') {
      this.#failed(session, new ParleyError(answer.code, answer.message, answer.retryAfterMs));
    }
  }

  #failed(session: Session, error: ParleyError): void {
    this.#report(error);
    this.#after(session, error.retryAfterMs ?? AGAIN_AFTER_MS);
  }
}
