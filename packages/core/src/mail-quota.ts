import type { Realm } from '@parley/protocol';
import { Budget } from './budget.ts';
import type { Clock } from './ports/clock.ts';

/**
 * How much mail this node may put for the peers of one realm: its share of what all nodes together may put within one resume
 * window, after which mail has ended. So that one realm cannot fill the directory, and no node has to ask another.
 */
export class MailQuota {
  readonly #clock: Clock;
  readonly #windowMs: number;
  readonly #shareBytes: () => number;
  readonly #budgets = new Map<Realm, { readonly budget: Budget; usedAtMs: number }>();

  constructor(options: { clock: Clock; windowMs: number; shareBytes: () => number }) {
    this.#clock = options.clock;
    this.#windowMs = options.windowMs;
    this.#shareBytes = options.shareBytes;
  }

  /** These bytes were taken and then not kept. */
  giveBack(realm: Realm, bytes: number): void {
    this.#budgets.get(realm)?.budget.giveBack(bytes);
  }

  /** `false`: not now. */
  take(realm: Realm, bytes: number): boolean {
    const nowMs = this.#clock.nowMs();
    const entry = this.#budgets.get(realm) ?? this.#open(realm, nowMs);
    entry.usedAtMs = nowMs;
    return entry.budget.take(bytes, nowMs) === 0;
  }

  #open(realm: Realm, nowMs: number) {
    // A budget that was not used for a window is full again: it need not be remembered.
    for (const [other, { usedAtMs }] of this.#budgets)
      if (nowMs - usedAtMs >= this.#windowMs) this.#budgets.delete(other);
    const share = this.#shareBytes();
    const entry = { budget: new Budget(share, (share * 1_000) / this.#windowMs, nowMs), usedAtMs: nowMs };
    this.#budgets.set(realm, entry);
    return entry;
  }
}
