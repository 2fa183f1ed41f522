import type { Cancel, Clock } from './ports/clock.ts';

const TICK_MS = 250;

/**
 * Many deadlines, one timer: what falls due within the same quarter of a second is called together. A key has one deadline;
 * setting it again moves it.
 */
export class Wheel<Key> {
  readonly #slots = new Map<number, Set<Key>>();
  readonly #slotOf = new Map<Key, number>();
  readonly #clock: Clock;
  readonly #due: (key: Key) => void;
  #cancel: Cancel | undefined;
  #stopped = false;

  constructor(clock: Clock, due: (key: Key) => void) {
    this.#clock = clock;
    this.#due = due;
  }

  get size(): number {
    return this.#slotOf.size;
  }

  /** Calls `due(key)` once, not before `delayMs` have passed. */
  set(key: Key, delayMs: number): void {
    this.delete(key);
    if (this.#stopped) return;
    const slot = Math.ceil((this.#clock.nowMs() + delayMs) / TICK_MS);
    const keys = this.#slots.get(slot) ?? new Set();
    this.#slots.set(slot, keys.add(key));
    this.#slotOf.set(key, slot);
    this.#arm();
  }

  /** Moves the deadline nearer if it is further away than this; sets it if there is none. */
  hasten(key: Key, delayMs: number): void {
    const slot = this.#slotOf.get(key);
    if (slot === undefined || slot * TICK_MS > this.#clock.nowMs() + delayMs) this.set(key, delayMs);
  }

  delete(key: Key): void {
    const slot = this.#slotOf.get(key);
    if (slot === undefined) return;
    this.#slotOf.delete(key);
    const keys = this.#slots.get(slot);
    keys?.delete(key);
    if (keys?.size === 0) this.#slots.delete(slot);
  }

  /** A copy: deadlines may be moved while one walks through it. */
  keys(): Key[] {
    return [...this.#slotOf.keys()];
  }

  /** Calls nobody any more, whatever is still set. */
  stop(): void {
    this.#stopped = true;
    this.#cancel?.();
    this.#cancel = undefined;
    this.#slots.clear();
    this.#slotOf.clear();
  }

  #arm(): void {
    this.#cancel ??= this.#clock.after(TICK_MS, () => this.#turn());
  }

  #turn(): void {
    this.#cancel = undefined;
    const now = this.#clock.nowMs() / TICK_MS;
    const passed = [...this.#slots.keys()].filter((slot) => slot <= now).sort((a, b) => a - b);
    for (const slot of passed) this.#fire(slot);
    if (this.#slotOf.size > 0) this.#arm();
  }

  #fire(slot: number): void {
    const keys = this.#slots.get(slot);
    if (!keys) return;
    this.#slots.delete(slot);
    for (const key of keys) this.#slotOf.delete(key);
    for (const key of keys) this.#due(key);
  }
}
