import type { ConnectOptions, TokenNeed } from './api.ts';
import { ParleyError } from './error.ts';
import { unreachable, type Setback } from './setback.ts';
import type { Timers } from './timers.ts';

/** What may stand in a subprotocol as it is; for much else `new WebSocket` throws. */
const PRESENTABLE = /^[\w.~-]+$/;
const TOKEN_WITHIN_MS = 10_000;

/** A token, or none, which is one too; or why there is nothing to show. */
export type Shown = { readonly token: string | undefined } | { readonly setback: Setback };

/** What is shown to the server, and where another one comes from. */
export class Credential {
  readonly #getToken: ConnectOptions['getToken'];
  readonly #timers: Timers;
  /** For ever if no others can be had, and else until it was of use. */
  #given: string | undefined;
  #shown: string | undefined;
  /** What the server would not have, and what it said. */
  #refused: { readonly token: string | undefined; readonly error: ParleyError } | undefined;

  constructor({ token, getToken }: Pick<ConnectOptions, 'token' | 'getToken'>, timers: Timers) {
    this.#given = token;
    this.#getToken = getToken;
    this.#timers = timers;
  }

  /** Others can be had. */
  get isRenewable(): boolean {
    return this.#getToken !== undefined;
  }

  /** What to connect with. Never rejects. */
  async show(): Promise<Shown> {
    const shown = await (this.#refused ? this.#obtain('refused') : (this.#kept() ?? this.#obtain('connect')));
    if ('setback' in shown) return shown;
    this.#shown = shown.token;
    const { token, error } = this.#refused ?? {};
    return error && token === shown.token ? { setback: { error, next: 'never' } } : shown;
  }

  /** A newer one for a session that has one. Never rejects. */
  renew(): Promise<Shown> {
    return this.#obtain('renewal');
  }

  /** The server would not have what it was shown. */
  refuse(error: ParleyError): Setback {
    this.#refused = { token: this.#shown, error };
    return { error, next: this.isRenewable ? 'later' : 'never' };
  }

  /** The server took what it was shown last, or this newer one. */
  accept(token = this.#shown): void {
    this.#shown = token;
    this.#refused = undefined;
    if (this.isRenewable) this.#given = undefined;
  }

  #kept(): Shown | undefined {
    if (this.#given !== undefined) return presentable(this.#given);
    return this.isRenewable ? undefined : { token: undefined };
  }

  async #obtain(need: TokenNeed): Promise<Shown> {
    try {
      // One that never comes must not keep everything waiting.
      const token = await this.#timers.within(TOKEN_WITHIN_MS, Promise.resolve(this.#getToken?.(need)));
      return presentable(token);
    } catch (error) {
      return { setback: unreachable(`getToken: ${String(error)}`) };
    }
  }
}

/** What an application gives is whatever it is. */
function presentable(token: unknown): Shown {
  if (typeof token === 'string' && PRESENTABLE.test(token)) return { token };
  const error = new ParleyError('credential-malformed', 'a token is of A-Za-z0-9._~- alone');
  return { setback: { error, next: 'never' } };
}
