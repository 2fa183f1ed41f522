import type { Realm, SessionId } from '@parley/protocol';
import type { Session } from './session.ts';

/** The sessions of this node. The node is the truth about these, and about nothing else. */
export class Hub {
  readonly #sessions = new Map<SessionId, Session>();
  readonly #perRealm = new Map<Realm, number>();

  get size(): number {
    return this.#sessions.size;
  }

  get(session: SessionId): Session | undefined {
    return this.#sessions.get(session);
  }

  add(session: Session): void {
    this.#sessions.set(session.session, session);
    this.#perRealm.set(session.realm, (this.#perRealm.get(session.realm) ?? 0) + 1);
  }

  remove(session: Session): void {
    if (!this.#sessions.delete(session.session)) return;
    const left = (this.#perRealm.get(session.realm) ?? 1) - 1;
    if (left > 0) this.#perRealm.set(session.realm, left);
    else this.#perRealm.delete(session.realm);
  }

  /** How many sessions each realm has here. */
  counts(): Readonly<Record<Realm, number>> {
    return Object.fromEntries(this.#perRealm);
  }

  /** A copy: sessions may end while one walks through it. */
  all(): Session[] {
    return [...this.#sessions.values()];
  }
}
