import type { CloseName, RefusalCode } from '@parley/protocol';
import type { Log } from './ports/log.ts';
import type { SessionEnd } from './ports/metrics.ts';
import type { Pseudonyms } from './ports/pseudonyms.ts';
import type { Session } from './session.ts';
import type { Visitor } from './visitor.ts';

/** What the log tells of those who come and go, to whoever debugs: pseudonyms, and nothing that they said. */
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
    const from = this.#pseudonyms.address(address);
    this.#log.debug({ event: 'upgrade-refused', code, address: from }, 'an upgrade was refused');
  }

  opened(session: Session): void {
    const { peer, user, visitor } = session;
    this.#log.debug(
      {
        event: 'session-opened',
        session: this.#pseudonyms.of(session.session),
        peer: this.#pseudonyms.of(peer),
        ...(user !== undefined && { user: this.#pseudonyms.of(user) }),
        address: this.#pseudonyms.address(visitor.address),
      },
      'a session opened',
    );
  }

  closed(session: Session, end: SessionEnd): void {
    const { framesReceived, framesSent } = session.traffic;
    this.#log.debug(
      {
        event: 'session-closed',
        session: this.#pseudonyms.of(session.session),
        end,
        framesReceived,
        framesSent,
      },
      'a session ended',
    );
  }
}
