import type { Realm, SessionId } from '@parley/protocol';
import { Counts } from './counts.ts';
import type { Session } from './session.ts';

/** The sessions of this node. The node is the truth about these, and about nothing else. */
export class Hub {
  readonly #sessions = new Map<SessionId, Session>();
  readonly #perRealm = new Counts<Realm>();

  get size(): number {
    return this.#sessions.size;
  }

  get(session: SessionId): Session | undefined {
    return this.#sessions.get(session);
  }

  add(session: Session): void {
    this.#sessions.set(session.session, session);
    this.#perRealm.add(session.realm);
  }

  remove(session: Session): void {
    if (this.#sessions.delete(session.session)) this.#perRealm.remove(session.realm);
  }

  /** How many sessions a realm has here. */
  count(realm: Realm): number {
    return this.#perRealm.of(realm);
  }

  /** How many sessions each realm has here. */
  counts(): Readonly<Record<Realm, number>> {
    return Object.fromEntries(this.#perRealm.entries());
  }

  /** A copy: sessions may end while one walks through it. */
  all(): Session[] {
    return [...this.#sessions.values()];
  }
}
