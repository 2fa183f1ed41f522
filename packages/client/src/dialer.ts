import { writeSubprotocols } from '@parley/protocol/plain';

import type { Address } from './address.ts';
import type { WebSocketConstructor } from './api.ts';
import { backoffMs } from './backoff.ts';
import type { Credential } from './credential.ts';
import { ParleyError } from './error.ts';
import { Session, type SessionEnd, type SessionEvents } from './session.ts';
import { setbackOfClose, unreachable, type Setback } from './setback.ts';
import type { Timers } from './timers.ts';

/** A session that lasted so long begins the back-off anew. */
const STABLE_MS = 10_000;
const CHECK_WITHIN_MS = 10_000;

/** With what an earlier session is continued or replaced. */
export interface Proof {
  readonly resume?: string | undefined;
  readonly restart?: string | undefined;
}

export interface DialerOptions {
  readonly address: Address;
  readonly webSocket: WebSocketConstructor;
  readonly credential: Credential;
  readonly timers: Timers;
  readonly over: AbortSignal;
  /** Asked before each attempt. */
  readonly proof: () => Proof;
}

/** What a dialer tells of its sessions; one that is closed before its welcome is a failure. */
export interface DialerEvents extends SessionEvents {
  /** There is no session; nothing is tried again before it is asked for. */
  failed(setback: Setback): void;
}

/** Makes sessions: one attempt at a time, and with back-off where one follows another. */
export class Dialer {
  /** Those whose sockets are there: on their way, spoken on, or left and not closed yet. */
  readonly sessions = new Set<Session>();
  /** An attempt is being made. */
  isTrying = false;
  readonly #options: DialerOptions;
  readonly #events: DialerEvents;
  /** The one on its way. */
  #next: Session | undefined;
  #failures = 0;
  #rest: { readonly notBeforeMs: number; readonly cancel: () => void } | undefined;

  constructor(options: DialerOptions, events: DialerEvents) {
    this.#options = options;
    this.#events = events;
  }

  /** One is being made, or will be. */
  get isBusy(): boolean {
    return this.isTrying || this.#rest !== undefined;
  }

  /** Makes an attempt now, unless one is being made. */
  dial(): void {
    if (this.isTrying) return;
    this.isTrying = true;
    this.#rest?.cancel();
    this.#rest = undefined;
    void this.#try();
  }

  /** Makes an attempt after a while, not before `retryAfterMs`; says when. */
  dialLater(retryAfterMs = 0): number {
    const delayMs = retryAfterMs + backoffMs(this.#failures);
    this.#failures += 1;
    this.#restFor(delayMs, performance.now() + retryAfterMs);
    return delayMs;
  }

  /** Waits no longer than it was told to by the server. */
  hurry(): void {
    const { notBeforeMs } = this.#rest ?? {};
    if (notBeforeMs !== undefined) this.#restFor(notBeforeMs - performance.now(), notBeforeMs);
  }

  #restFor(delayMs: number, notBeforeMs: number): void {
    this.#rest?.cancel();
    this.#rest = { notBeforeMs, cancel: this.#options.timers.after(delayMs, () => this.dial()) };
  }

  async #try(): Promise<void> {
    const { address, webSocket, credential, timers, over, proof } = this.#options;
    const shown = await credential.show();
    if (over.aborted) return;
    if ('setback' in shown) return this.#fail(shown.setback);
    try {
      const socket = new webSocket(address.connect, writeSubprotocols({ ...shown, ...proof() }));
      this.#next = new Session(socket, timers, {
        ...this.#events,
        welcome: (session, welcome) => {
          this.isTrying = false;
          this.#next = undefined;
          credential.accept();
          this.#events.welcome(session, welcome);
        },
        closed: (session, end) => void this.#closed(session, end, shown.token),
      });
      this.sessions.add(this.#next);
    } catch (error) {
      // Such as a page that was loaded by https and would connect without.
      this.#fail({ error: new ParleyError('bad-address', String(error)), next: 'never' });
    }
  }

  async #closed(session: Session, end: SessionEnd, token: string | undefined): Promise<void> {
    const { address, timers, over } = this.#options;
    this.sessions.delete(session);
    if (over.aborted) return;
    if (session !== this.#next) {
      if (session.ageMs > STABLE_MS) this.#failures = 0;
      return this.#events.closed(session, end);
    }
    this.#next = undefined;
    const setback = end.wasOpen
      ? setbackOfClose(end.code, end.reason)
      : await timers
          .within(CHECK_WITHIN_MS, askWhy(address.check, token, over))
          .catch((error: unknown) => unreachable(`nobody answers at ${address.check}: ${String(error)}`));
    if (!over.aborted) this.#fail(setback);
  }

  #fail(setback: Setback): void {
    this.isTrying = false;
    this.#events.failed(setback);
  }
}

/** Few need it: {@link Setback} by the server's word, if it has one. */
async function askWhy(url: string, token: string | undefined, over: AbortSignal): Promise<Setback> {
  const { check } = await import('./check.ts');
  return check(url, token, over);
}
