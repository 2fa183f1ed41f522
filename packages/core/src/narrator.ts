import type { CloseName, RefusalCode } from '@parley/protocol';
import type { Log } from './ports/log.ts';
import type { SessionEnd } from './ports/metrics.ts';
import type { Pseudonyms } from './ports/pseudonyms.ts';
import type { Session } from './session.ts';
import type { Visitor } from './visitor.ts';

/**
 * What the log tells of those who come and go, to whoever debugs: pseudonyms, and nothing that they said.
 *
 * Each pseudonym is an HMAC, and most nodes log no such line; so it is a getter, read when a line is really written.
 */
export class Narrator {
  readonly #log: Log;
  readonly #pseudonyms: Pseudonyms;
  readonly #hinted = new Set<string>();

  constructor(log: Log, pseudonyms: Pseudonyms) {
    this.#log = log;
    this.#pseudonyms = pseudonyms;
  }

  /** Something that many a deployment has forgotten: told once, because a stranger may cause it again and again. */
  hint(event: string, message: string): void {
    if (this.#hinted.has(event)) return;
    this.#hinted.add(event);
    this.#log.warn({ event }, message);
  }

  refused(code: RefusalCode | CloseName, { address }: Pick<Visitor, 'address'>): void {
    const pseudonyms = this.#pseudonyms;
    this.#log.debug(
      {
        event: 'upgrade-refused',
        code,
        get address() {
          return pseudonyms.address(address);
        },
      },
      'an upgrade was refused',
    );
  }

  opened(session: Session): void {
    const pseudonyms = this.#pseudonyms;
    const { session: id, peer, user, visitor } = session;
    this.#log.debug(
      {
        event: 'session-opened',
        get session() {
          return pseudonyms.of(id);
        },
        get peer() {
          return pseudonyms.of(peer);
        },
        get user() {
          return user === undefined ? undefined : pseudonyms.of(user);
        },
        get address() {
          return pseudonyms.address(visitor.address);
        },
      },
      'a session opened',
    );
  }

  closed(session: Session, end: SessionEnd): void {
    const pseudonyms = this.#pseudonyms;
    const { session: id } = session;
    const { framesReceived, framesSent } = session.traffic;
    this.#log.debug(
      {
        event: 'session-closed',
        get session() {
          return pseudonyms.of(id);
        },
        end,
        framesReceived,
        framesSent,
      },
      'a session ended',
    );
  }
}
