import type { KeyObject } from 'node:crypto';

import type { Clock, Log } from '@parley/core';

import { fetchKeySet } from './key-server.ts';
import { readKeySet } from './key-set.ts';
import type { KeySet } from './key-set.ts';
import type { KeyLookup, KeysFor, PublicKeyAlgorithm } from './signing-keys.ts';

/** Where keys come from, and how it is dealt with. */
export interface KeyServer {
  /** See {@link readKeyServerUrl}. */
  readonly url: URL;
  readonly log: Log;
  readonly clock: Pick<Clock, 'nowMs'>;
  readonly timing?: Partial<KeyTiming>;
}

/** How often a key server is asked, and how long its answer is good. */
export interface KeyTiming {
  /** A set is used for this long before it is fetched again: so long may a key that was withdrawn go on being accepted. */
  readonly maxAgeMs: number;
  /** The same while the key server fails: so long does an outage of it lock nobody out. */
  readonly maxAgeInOutageMs: number;
  /** Between two fetches because of a name that is in no set: strangers can make up any number of them. */
  readonly cooldownMs: number;
  /** Between two fetches while the key server fails. */
  readonly retryMs: number;
  /** What one fetch may take. */
  readonly timeoutMs: number;
}

/** What holds unless told otherwise. */
export const KEY_TIMING: KeyTiming = {
  maxAgeMs: 600_000,
  maxAgeInOutageMs: 14_400_000,
  cooldownMs: 30_000,
  retryMs: 5_000,
  timeoutMs: 3_000,
};

/** A shorter wait is not worth telling a client. */
const MIN_RETRY_AFTER_MS = 1_000;

/**
 * The keys of a key server, fetched at once and then when a token needs it, never by a timer. While it fails, keys that are
 * known go on being used, and nothing but a token that needs others notices.
 */
export function remoteKeys(algorithm: PublicKeyAlgorithm, server: KeyServer): KeysFor {
  const keys = new RemoteKeys(algorithm, server);
  void keys.refresh();
  return (kid) => keys.lookUp(kid);
}

class RemoteKeys {
  readonly #algorithm: PublicKeyAlgorithm;
  readonly #server: KeyServer;
  readonly #timing: KeyTiming;
  #set: KeySet | undefined;
  #setAtMs = Number.NEGATIVE_INFINITY;
  /** When the last fetch failed; `undefined`: it did not. */
  #failedAtMs: number | undefined;
  #notBeforeMs = Number.NEGATIVE_INFINITY;
  #fetching: Promise<void> | undefined;

  constructor(algorithm: PublicKeyAlgorithm, server: KeyServer) {
    this.#algorithm = algorithm;
    this.#server = server;
    this.#timing = { ...KEY_TIMING, ...server.timing };
  }

  async lookUp(kid: unknown): Promise<KeyLookup> {
    if (kid !== undefined && typeof kid !== 'string') return { ok: true, keys: [] };
    const known = await this.#find(kid);
    const isKnown = known.length > 0;
    if (isKnown && this.#isFresh) return { ok: true, keys: known };
    const refreshed = this.refresh();
    // Whoever can be judged does not wait for a server that was down a moment ago.
    if (isKnown && this.#isDown) return { ok: true, keys: known };
    await refreshed;
    const keys = await this.#find(kid);
    if (keys.length === 0 && this.#failedAtMs !== undefined) return this.#unavailable();
    return { ok: true, keys };
  }

  /** Fetches the set, unless it is too early; all who ask meanwhile share one fetch. Never rejects. */
  refresh(): Promise<void> {
    if (!this.#fetching && this.#nowMs < this.#notBeforeMs) return Promise.resolve();
    this.#fetching ??= this.#fetch().finally(() => (this.#fetching = undefined));
    return this.#fetching;
  }

  async #fetch(): Promise<void> {
    // The age of a set spaces fetches well enough. Of a set that is fresh, somebody has asked for a name it does not have.
    const pauseMs = this.#isFresh ? this.#timing.cooldownMs : 0;
    try {
      const json = await fetchKeySet(this.#server.url, this.#timing.timeoutMs);
      await this.#accept(readKeySet(this.#algorithm, json));
      this.#notBeforeMs = this.#nowMs + pauseMs;
    } catch (error) {
      this.#fail(error);
      this.#notBeforeMs = this.#nowMs + this.#timing.retryMs;
    }
  }

  /** Also a set without any key: whoever withdraws all of them means it. */
  async #accept(set: KeySet): Promise<void> {
    const { log } = this.#server;
    const keys = await set.find(undefined);
    if (keys.length === 0)
      log.warn({ event: 'keys-useless', algorithm: this.#algorithm }, 'the key server has no key that fits');
    if (this.#failedAtMs !== undefined) log.info({ event: 'keys-back' }, 'the key server answers again');
    this.#set = set;
    this.#setAtMs = this.#nowMs;
    this.#failedAtMs = undefined;
  }

  /** One line an outage, however long it is. */
  #fail(error: unknown): void {
    if (this.#failedAtMs === undefined) {
      const reason = error instanceof Error ? error.message : String(error);
      this.#server.log.warn({ event: 'keys-unavailable', reason }, 'the key server gives no keys');
    }
    this.#failedAtMs = this.#nowMs;
  }

  async #find(kid: string | undefined): Promise<readonly KeyObject[]> {
    const isTooOld = this.#ageMs >= this.#timing.maxAgeInOutageMs;
    return this.#set === undefined || isTooOld ? [] : this.#set.find(kid);
  }

  #unavailable(): KeyLookup {
    return {
      ok: false,
      retryAfterMs: Math.ceil(Math.max(this.#notBeforeMs - this.#nowMs, MIN_RETRY_AFTER_MS)),
    };
  }

  get #isFresh(): boolean {
    return this.#ageMs < this.#timing.maxAgeMs;
  }

  get #isDown(): boolean {
    return this.#failedAtMs !== undefined && this.#nowMs - this.#failedAtMs < this.#timing.cooldownMs;
  }

  get #ageMs(): number {
    return this.#nowMs - this.#setAtMs;
  }

  get #nowMs(): number {
    return this.#server.clock.nowMs();
  }
}
