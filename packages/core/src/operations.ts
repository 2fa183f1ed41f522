import type { InstanceId, PeerId, Realm, SessionId, UserId } from '@parley/protocol';
import type { Bans } from './bans.ts';
import { limitSubject } from './caller.ts';
import type { KickEnvelope } from './envelope.ts';
import type { Hub } from './hub.ts';
import type { Membership } from './membership.ts';
import type { Ban, BanAnswer, BanRef, UnbanAnswer } from './ports/bans.ts';
import type { Clock } from './ports/clock.ts';
import type { Pseudonyms } from './ports/pseudonyms.ts';
import type { Session } from './session.ts';
import type { Streams } from './streams.ts';
import type { Sums } from './traffic.ts';
import type { TokenDigest } from './visitor.ts';

/** What is known of a session. Origin and user agent are claims of the client's, and may hold anything. */
export interface SessionRecord extends Sums {
  readonly session: SessionId;
  readonly peer: PeerId;
  readonly instance: InstanceId;
  readonly user?: UserId;
  readonly realm: Realm;
  readonly address: string;
  readonly origin?: string;
  readonly userAgent?: string;
  readonly token?: TokenDigest;
  /** Since it was accepted. */
  readonly ageMs: number;
  /** Since its last message. */
  readonly idleMs: number;
  readonly rooms: number;
  readonly queues: number;
}

export interface SessionPage {
  /** In the order in which they came. */
  readonly sessions: readonly SessionRecord[];
  /** Ask for what comes `after` this; absent on the last page. */
  readonly next?: number;
}

/** `closed`: it was here. `told`: so many other nodes have been asked to close it if it is theirs. */
export type CloseAnswer =
  | { readonly outcome: 'closed' }
  | { readonly outcome: 'told'; readonly nodes: number };

export interface OperationsOptions {
  readonly hub: Hub;
  readonly bans: Bans;
  readonly membership: Membership;
  readonly streams: Streams;
  readonly pseudonyms: Pseudonyms;
  readonly clock: Clock;
}

/** What operators see of a node's sessions, and what they can do about them, in the whole cluster. */
export class Operations {
  readonly #options: OperationsOptions;

  constructor(options: OperationsOptions) {
    this.#options = options;
  }

  /** The sessions of this node, `limit` at a time; a few more if they came in the same instant. `after` is a page's `next`. */
  sessions({ after = -Infinity, limit }: { after?: number | undefined; limit: number }): SessionPage {
    const now = this.#options.clock.nowMs();
    const rest = this.#options.hub.all().filter(({ openedAtMs }) => openedAtMs > after);
    const last = rest[limit - 1]?.openedAtMs ?? Infinity;
    const page = rest.filter(({ openedAtMs }) => openedAtMs <= last);
    return {
      sessions: page.map((session) => recordOf(session, now)),
      ...(page.length < rest.length && { next: last }),
    };
  }

  /** Ends one session with `kicked`, wherever in the cluster it is. `name`: its id, or the pseudonym of it. */
  close(name: string): CloseAnswer {
    if (this.#closeHere(name)) return { outcome: 'closed' };
    const { membership, streams } = this.#options;
    const others = membership.others();
    for (const node of others) streams.tell(node, { kind: 'kick', session: name });
    return { outcome: 'told', nodes: others.length };
  }

  /** Another node was asked. */
  kicked({ session }: KickEnvelope): void {
    this.#closeHere(session);
  }

  bans(): Ban[] {
    return this.#options.bans.list();
  }

  /** Keeps out whoever this is, and ends the sessions there are of it, on every node within a beat. Rejects with `Unavailable`. */
  ban(ref: BanRef, forMs: number): Promise<BanAnswer['outcome']> {
    return this.#options.bans.ban(canonical(ref), forMs);
  }

  /** Rejects with `Unavailable`. */
  unban(ref: BanRef): Promise<UnbanAnswer['outcome']> {
    return this.#options.bans.unban(canonical(ref));
  }

  /** The bans are others now. */
  enforce(): void {
    const { hub, bans } = this.#options;
    for (const session of hub.all()) {
      if (session.refs().some((ref) => bans.has(ref))) session.close('banned');
    }
  }

  #closeHere(name: string): boolean {
    const { hub, pseudonyms } = this.#options;
    const session =
      hub.get(name as SessionId) ?? hub.all().find((one) => pseudonyms.of(one.session) === name);
    session?.close('kicked');
    return session !== undefined;
  }
}

const canonical = (ref: BanRef): BanRef =>
  ref.kind === 'address' ? { kind: 'address', subject: limitSubject(ref.subject) } : ref;

function recordOf(session: Session, nowMs: number): SessionRecord {
  const { peer, instance, user, realm, visitor, traffic } = session;
  const { address, origin, userAgent, token } = visitor;
  return {
    session: session.session,
    peer,
    instance,
    ...(user !== undefined && { user }),
    realm,
    address,
    ...(origin !== undefined && { origin }),
    ...(userAgent !== undefined && { userAgent }),
    ...(token !== undefined && { token }),
    ageMs: nowMs - session.openedAtMs,
    // That is in whole milliseconds, rounded up.
    idleMs: Math.ceil(nowMs) - session.lastMessageMs,
    rooms: session.rooms.size,
    queues: session.queues.size,
    ...traffic.sums(),
  };
}
