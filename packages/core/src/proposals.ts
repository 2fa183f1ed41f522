import type { NodeId, PeerId } from '@parley/protocol';
import type { QueueKey } from './keys.ts';
import type { Member } from './member.ts';
import type { Match, QueueDirectory } from './ports/directory.ts';
import type { MatchWish, QueueView, Waiter } from './queue-view.ts';
import type { Streams } from './streams.ts';

export interface ProposalsOptions {
  readonly node: NodeId;
  readonly directory: QueueDirectory;
  readonly streams: Streams;
  /** A match is complete: this member is to take its seat. */
  matched(member: Member, match: Match, wish: MatchWish): Promise<void>;
  /** The directory could not be told that somebody stands by a match. */
  unconfirmed(queue: QueueKey): void;
}

/**
 * What becomes of a match: it is a proposal until the nodes of all its members have confirmed it. Each confirms those of its
 * own who still wait, and once it is complete brings them to their seats.
 */
export class Proposals {
  readonly #options: ProposalsOptions;

  constructor(options: ProposalsOptions) {
    this.#options = options;
  }

  /** Confirms what is proposed, acts on what is complete. `tell`: the nodes of the other members do not know yet. */
  consider(view: QueueView, match: Match, news: 'tell' | 'keep'): void {
    if (news === 'tell') this.#tell(match);
    const own = view.meantBy(match);
    if (match.complete) {
      for (const waiter of own) void this.#seat(view, match, waiter);
      return;
    }
    const peers = own.map(({ member }) => member.peer);
    const unconfirmed = peers.filter((peer) => !match.confirmed.includes(peer));
    if (unconfirmed.length > 0) this.#confirm(view, match, unconfirmed);
  }

  #tell(match: Match): void {
    const nodes = new Set(match.members.map(({ node }) => node));
    nodes.delete(this.#options.node);
    for (const node of nodes) this.#options.streams.tell(node, { kind: 'match', match });
  }

  #confirm(view: QueueView, { queue, id }: Match, peers: readonly PeerId[]): void {
    const confirmed = view.ask(async () => {
      const waiting = view.free(peers);
      if (waiting.length === 0) return;
      const match = await this.#options.directory.confirm(queue, id, waiting);
      if (match) this.consider(view, match, match.complete ? 'tell' : 'keep');
    });
    confirmed.catch(() => this.#options.unconfirmed(queue));
  }

  #seat(view: QueueView, match: Match, waiter: Waiter): Promise<void> {
    const { member, wish } = waiter;
    waiter.isMatched = true;
    waiter.cancelTimeout();
    return view.during(async () => {
      try {
        await this.#options.matched(member, match, wish);
      } catch {
        // A bug, which was logged where it happened: it costs this session, and no other member of the match.
        member.close('internal');
      } finally {
        if (view.waiterOf(member) === waiter) view.remove(member);
      }
    });
  }
}
