import type { PeerId, Realm, UserId } from '@parley/protocol';
import { banKey, peerKey } from './keys.ts';
import type { Ban, BanAnswer, BanList, BanRef, BanTable, UnbanAnswer } from './ports/bans.ts';
import type { Clock } from './ports/clock.ts';
import { Unavailable } from './ports/directory.ts';
import type { Log } from './ports/log.ts';
import type { Visitor } from './visitor.ts';

export interface BansOptions {
  readonly table: BanTable;
  readonly clock: Clock;
  readonly log: Log;
  /** The list is another one now: who is inside may be on it. */
  readonly changed: () => void;
}

interface Held extends BanRef {
  readonly untilMs: number;
}

/**
 * Who is kept out, as this node knows it: the whole list, in memory, so that no connection waits for an answer. Each beat
 * tells its version; when that is another one, the list is read again. While it cannot be read the old one stands.
 */
export class Bans {
  readonly #options: BansOptions;
  #held: ReadonlyMap<string, Held> = new Map();
  #version: number | undefined;
  #reading = false;
  /** How often the list was learnt. */
  #learnt = 0;

  constructor(options: BansOptions) {
    this.#options = options;
  }

  has(ref: BanRef): boolean {
    const held = this.#held.size > 0 ? this.#held.get(banKey(ref)) : undefined;
    return held !== undefined && held.untilMs > this.#options.clock.nowMs();
  }

  /** Those that have not ended. */
  list(): Ban[] {
    const now = this.#options.clock.nowMs();
    return [...this.#held.values()]
      .filter(({ untilMs }) => untilMs > now)
      .map(({ kind, subject, untilMs }) => ({ kind, subject, leftMs: Math.ceil(untilMs - now) }));
  }

  /** Rejects with `Unavailable`; then nobody knows whether it stands. */
  async ban(ref: BanRef, forMs: number): Promise<BanAnswer['outcome']> {
    const answer = await this.#options.table.ban(ref, forMs);
    if (answer.outcome === 'banned') this.#learn(answer);
    return answer.outcome;
  }

  /** As {@link ban}. */
  async unban(ref: BanRef): Promise<UnbanAnswer['outcome']> {
    const answer = await this.#options.table.unban(ref);
    this.#learn(answer);
    return answer.outcome;
  }

  /** What a beat has told. */
  told(version: number): void {
    if (version !== this.#version) this.read();
  }

  /** The directory may have forgotten: a version that looks the same may be of another list. */
  read(): void {
    if (!this.#reading) void this.#read();
  }

  async #read(): Promise<void> {
    this.#reading = true;
    const before = this.#learnt;
    try {
      const list = await this.#options.table.list();
      if (this.#learnt === before) this.#learn(list);
      // A change of this node's own came in between, and this answer may be of before: the next beat asks again.
      else this.#version = undefined;
    } catch (error) {
      this.#missed(error);
    } finally {
      this.#reading = false;
    }
  }

  #learn({ version, bans }: BanList): void {
    const now = this.#options.clock.nowMs();
    this.#learnt += 1;
    this.#version = version;
    this.#held = new Map(
      bans.map(({ kind, subject, leftMs }) => [
        banKey({ kind, subject }),
        { kind, subject, untilMs: now + leftMs },
      ]),
    );
    this.#options.changed();
  }

  /** The next beat asks for it again. */
  #missed(error: unknown): void {
    this.#version = undefined;
    const fields = { event: 'bans-unread', error };
    if (error instanceof Unavailable) this.#options.log.warn(fields, 'the bans cannot be read now');
    else this.#options.log.error(fields, 'the bans could not be read');
  }
}

/** What a ban of somebody can name. */
export function banRefsOf(somebody: {
  readonly realm: Realm;
  readonly user: UserId | undefined;
  readonly peer: PeerId;
  readonly visitor: Visitor;
}): BanRef[] {
  const { realm, user, peer, visitor } = somebody;
  return [
    { kind: 'address', subject: visitor.subject },
    { kind: 'peer', subject: peerKey(realm, peer) },
    ...(visitor.token === undefined ? [] : [{ kind: 'token', subject: visitor.token } as const]),
    ...(user === undefined ? [] : [{ kind: 'user', subject: `${realm}/${user}` } as const]),
  ];
}
