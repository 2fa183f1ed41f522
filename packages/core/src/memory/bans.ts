import { banKey } from '../keys.ts';
import {
  type Ban,
  type BanAnswer,
  type BanList,
  type BanRef,
  type BanTable,
  MAX_BAN_MS,
  MAX_BAN_SUBJECT_CHARS,
  MAX_BANS,
  type UnbanAnswer,
} from '../ports/directory.ts';
import type { World } from './directory.ts';
import { Lapsing } from './lapsing.ts';
import { nextInOrder } from './places.ts';

interface BanRecord extends BanRef {
  readonly untilMs: number;
}

export interface BansRecord {
  readonly version: number;
  readonly records: ReadonlyMap<string, BanRecord>;
}

export class MemoryBans implements BanTable {
  readonly #world: World;
  readonly #records: Lapsing<string, BanRecord>;
  #version = 0;

  constructor(world: World) {
    this.#world = world;
    this.#records = new Lapsing(world.clock, ({ untilMs }) => untilMs);
  }

  /** Of the list as it is now: see {@link BanList}. */
  get version(): number {
    return this.#version;
  }

  async ban({ kind, subject }: BanRef, forMs: number): Promise<BanAnswer> {
    if (subject.length > MAX_BAN_SUBJECT_CHARS) return { outcome: 'too-long' };
    const key = banKey({ kind, subject });
    if (!this.#records.get(key) && this.size >= MAX_BANS) return { outcome: 'full' };
    this.#records.set(key, { kind, subject, untilMs: this.#nowMs + Math.min(forMs, MAX_BAN_MS) });
    this.#changed();
    return { outcome: 'banned', ...this.#list() };
  }

  async unban(who: BanRef): Promise<UnbanAnswer> {
    const key = banKey(who);
    if (!this.#records.get(key)) return { outcome: 'absent', ...this.#list() };
    this.#records.delete(key);
    this.#changed();
    return { outcome: 'unbanned', ...this.#list() };
  }

  async list(): Promise<BanList> {
    return this.#list();
  }

  get size(): number {
    return this.#records.size;
  }

  clear(): void {
    this.#records.clear();
    this.#version = 0;
  }

  copyForTesting(): BansRecord {
    return { version: this.#version, records: this.#records.copyForTesting() };
  }

  restoreForTesting({ version, records }: BansRecord): void {
    this.#version = version;
    this.#records.restoreForTesting(records);
  }

  get #nowMs(): number {
    return this.#world.clock.nowMs();
  }

  #changed(): void {
    this.#version = nextInOrder(this.#nowMs, this.#version);
  }

  #list(): BanList {
    const bans = this.#records.values().map(({ kind, subject, untilMs }): Ban => ({
      kind,
      subject,
      leftMs: Math.ceil(untilMs - this.#nowMs),
    }));
    return { version: this.#version, bans };
  }
}
