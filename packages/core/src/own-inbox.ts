import { LIMITS } from './limits.ts';
import type { Bus } from './ports/bus.ts';
import type { Clock, Random } from './ports/clock.ts';
import type { Log } from './ports/log.ts';

/**
 * Whether this node hears what is sent to it. Nothing else tells: a subscription can stand and be silent for ever. So it sends itself
 * a probe now and then, and makes the subscription anew when none has come back for a while.
 */
export class OwnInbox {
  readonly #bus: Bus;
  readonly #clock: Clock;
  readonly #random: Random;
  readonly #log: Log;
  #probe = '';
  #heardAtMs = 0;
  /** When the subscription was last made anew, or that was begun. */
  #anewAtMs = 0;
  #askedAtMs = 0;

  constructor({ bus, clock, random, log }: { bus: Bus; clock: Clock; random: Random; log: Log }) {
    this.#bus = bus;
    this.#clock = clock;
    this.#random = random;
    this.#log = log;
  }

  /** How long ago it was last known to be heard. */
  get ageMs(): number {
    return this.#clock.nowMs() - this.#heardAtMs;
  }

  get hears(): boolean {
    return this.ageMs < LIMITS.deafAfterMs;
  }

  /** A process that slept has not listened: its silence says nothing about the inbox. */
  excuseSleep(): void {
    const now = this.#clock.nowMs();
    if (now - this.#askedAtMs >= LIMITS.deafAfterMs) this.#heardAtMs = now;
  }

  /** A probe came back. `true`: this node was deaf, and hears again. */
  heard(token: string): boolean {
    if (token !== this.#probe) return false;
    const wasDeaf = !this.hears;
    this.#heardAtMs = this.#clock.nowMs();
    return wasDeaf;
  }

  /** The subscription was made anew. Its silence counts from now, and its first probe does not wait to be asked for. */
  resubscribed(): void {
    this.#anewAtMs = this.#clock.nowMs();
    this.#sendProbe();
  }

  /** Sends the next probe. `upSinceMs`: since when the directory answers; before that, silence says nothing. */
  ask(upSinceMs: number | undefined): void {
    const now = this.#clock.nowMs();
    if (upSinceMs !== undefined)
      this.#rebuildIfDeaf(Math.max(this.#heardAtMs, this.#anewAtMs, upSinceMs), now);
    this.#askedAtMs = now;
    this.#sendProbe();
  }

  #rebuildIfDeaf(silentSinceMs: number, now: number): void {
    if (now - silentSinceMs < LIMITS.deafAfterMs) return;
    this.#anewAtMs = now;
    this.#log.warn({ event: 'inbox-deaf' }, 'this node does not hear its own inbox; subscribing anew');
    this.#bus.rebuild();
  }

  #sendProbe(): void {
    this.#probe = this.#random.id();
    this.#bus.send(this.#bus.inbox, { kind: 'probe', token: this.#probe });
  }
}
