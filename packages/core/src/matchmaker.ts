import type { NodeId, PeerId, QueueName } from '@parley/protocol';
import type { MatchEnvelope } from './envelope.ts';
import type { QueueKey } from './keys.ts';
import { LIMITS } from './limits.ts';
import { claimOf, type Member } from './member.ts';
import type { Membership } from './membership.ts';
import type { Cancel, Clock, Random } from './ports/clock.ts';
import { type Match, type QueueDirectory, Unavailable, type WaitersAssertion } from './ports/directory.ts';
import type { Streams } from './streams.ts';
import { Wheel } from './wheel.ts';
import type { Writer } from './writer.ts';

export interface MatchWish {
  readonly queue: QueueName;
  readonly size: number;
  /** JSON text. */
  readonly meta: string | undefined;
  readonly timeoutMs: number | undefined;
}

export interface MatchmakerOptions {
  readonly node: NodeId;
  readonly directory: QueueDirectory;
  readonly membership: Membership;
  readonly streams: Streams;
  readonly writer: Writer;
  readonly clock: Clock;
  readonly random: Random;
  /** A match is complete: this member is to take its seat. */
  matched(member: Member, match: Match, wish: MatchWish): Promise<void>;
  /** Nobody was found in time, and the place is given up. */
  timedOut(member: Member, wish: MatchWish): void;
}

interface OwnWaiter {
  readonly member: Member;
  readonly wish: MatchWish;
  readonly since: number;
  readonly cancelTimeout: Cancel;
  /** Its match is complete, and it is about to take its seat: it waits for nothing else, and cannot be given up. */
  isMatched: boolean;
}

/** One queue, as far as this node has waiters in it. */
interface QueueView {
  readonly size: number;
  readonly own: Map<PeerId, OwnWaiter>;
  jobs: number;
}

/**
 * Waiters of this node and the matches they are in.
 *
 * A match is a proposal until the nodes of all its members have confirmed it: each confirms those of its own who still wait.
 * Nodes tell each other when there is something to confirm or to do; whatever of that is lost, the renewal every three
 * seconds brings.
 */
export class Matchmaker {
  readonly #queues = new Map<QueueKey, QueueView>();
  readonly #renewals: Wheel<QueueKey>;
  readonly #options: MatchmakerOptions;

  constructor(options: MatchmakerOptions) {
    this.#options = options;
    this.#renewals = new Wheel(options.clock, (key) => this.#renew(key));
  }

  /** How many of this node's sessions wait. */
  get waiting(): number {
    let count = 0;
    for (const { own } of this.#queues.values()) count += own.size;
    return count;
  }

  get size(): number {
    return this.#queues.size;
  }

  /** `superseded`: a later session of this peer waits there. Rejects with {@link Unavailable}; then nothing is waited for. */
  async enqueue(
    member: Member,
    key: QueueKey,
    wish: MatchWish,
    waiting: () => void,
  ): Promise<'waiting' | 'superseded'> {
    const { directory, membership } = this.#options;
    const view = this.#open(key, wish.size);
    member.queues.add(key);
    return this.#ask(
      key,
      view,
      async () => {
        if (this.#holds(key, member) && view.own.get(member.peer)?.isMatched) {
          waiting();
          return 'waiting';
        }
        const answer = await directory.enqueue({
          ...this.#assertion(key, view),
          waiter: claimOf(member, wish.meta),
        });
        if (answer.outcome !== 'waiting') {
          if (answer.outcome === 'late') throw new Unavailable('the match came too late');
          return 'superseded';
        }
        this.#add(key, view, member, wish, answer.since);
        waiting();
        if (answer.match) this.#consider(view, answer.match, 'tell');
        return answer.outcome;
      },
      // Of a member that waited before, nothing is to be undone.
      async () => {
        if (!this.#holds(key, member))
          await directory.unmatch({ key, peer: member.peer, fence: member.fence });
      },
    ).finally(() => {
      if (!this.#holds(key, member)) member.queues.delete(key);
    });
  }

  /** `matched`: too late, the match stands. Rejects with {@link Unavailable}; then it still waits. */
  async unmatch(member: Member, key: QueueKey): Promise<'left' | 'matched' | 'absent'> {
    const view = this.#queues.get(key);
    if (!view || !member.queues.has(key)) return 'absent';
    return this.#ask(key, view, async () => {
      if (!this.#holds(key, member)) return 'absent';
      if (view.own.get(member.peer)?.isMatched) return 'matched';
      const outcome = await this.#options.directory.unmatch({ key, peer: member.peer, fence: member.fence });
      if (outcome === 'matched') return outcome;
      this.#remove(key, view, member);
      return 'left';
    });
  }

  /** Gives a place up, however long it takes. */
  leave(member: Member, key: QueueKey): Promise<unknown> {
    const view = this.#queues.get(key);
    if (!view) return Promise.resolve();
    view.jobs += 1;
    return this.#options.writer
      .insist(key, async () => {
        await this.#options.directory.unmatch({ key, peer: member.peer, fence: member.fence });
        this.#remove(key, view, member);
      })
      .finally(() => this.#tidy(key, view));
  }

  /** Another node says that there is something to confirm or to do. */
  told({ match }: MatchEnvelope): void {
    const view = this.#queues.get(match.queue);
    if (!view) return;
    this.#consider(view, match, 'keep');
    // The news may be about a place that is only just being taken.
    if (view.jobs > 0) this.#renewals.hasten(match.queue, 0);
  }

  assertAll(): void {
    for (const key of this.#queues.keys()) this.#renewals.hasten(key, this.#options.random.below(1_000));
  }

  stop(): void {
    this.#renewals.stop();
  }

  get renewalsForTesting(): number {
    return this.#renewals.size;
  }

  #add(key: QueueKey, view: QueueView, member: Member, wish: MatchWish, since: number): void {
    view.own.get(member.peer)?.cancelTimeout();
    const cancelTimeout =
      wish.timeoutMs === undefined
        ? () => {}
        : this.#options.clock.after(wish.timeoutMs, () => void this.#expire(key, member, wish));
    view.own.set(member.peer, { member, wish, since, cancelTimeout, isMatched: false });
    member.queues.add(key);
    if (member.ended) void this.leave(member, key);
    this.#renewals.hasten(key, LIMITS.waiterRenewalMs);
  }

  #holds(key: QueueKey, member: Member): boolean {
    return this.#queues.get(key)?.own.get(member.peer)?.member === member;
  }

  #remove(key: QueueKey, view: QueueView, member: Member): void {
    const waiter = view.own.get(member.peer);
    if (waiter?.member !== member) return;
    waiter.cancelTimeout();
    view.own.delete(member.peer);
    member.queues.delete(key);
  }

  /** Confirms what is proposed, acts on what is complete. `tell`: the nodes of the other members do not know yet. */
  #consider(view: QueueView, match: Match, news: 'tell' | 'keep'): void {
    if (news === 'tell') this.#tell(match);
    // By its place, not only by its name: who was matched may wait again while that match is still remembered.
    const own = match.members.flatMap(({ peer, since }) => {
      const waiter = view.own.get(peer);
      const isMeant = waiter && waiter.since <= since && !waiter.isMatched && !waiter.member.ended;
      return isMeant ? [waiter] : [];
    });
    if (match.complete) {
      for (const waiter of own) void this.#seat(view, match, waiter);
      return;
    }
    const unconfirmed = own
      .map(({ member }) => member.peer)
      .filter((peer) => !match.confirmed.includes(peer));
    if (unconfirmed.length > 0) this.#confirm(view, match, unconfirmed);
  }

  async #seat(view: QueueView, match: Match, waiter: OwnWaiter): Promise<void> {
    const { member, wish } = waiter;
    waiter.isMatched = true;
    waiter.cancelTimeout();
    view.jobs += 1;
    try {
      await this.#options.matched(member, match, wish);
    } catch {
      // A bug, which was logged where it happened: it costs this session, and no other member of the match.
      member.close('internal');
    } finally {
      this.#remove(match.queue, view, member);
      this.#tidy(match.queue, view);
    }
  }

  #confirm(view: QueueView, { queue, id }: Match, peers: readonly PeerId[]): void {
    const confirmed = this.#ask(queue, view, async () => {
      const waiting = peers.filter((peer) => {
        const waiter = view.own.get(peer);
        return waiter && !waiter.isMatched && !waiter.member.ended;
      });
      if (waiting.length === 0) return;
      const match = await this.#options.directory.confirm(queue, id, waiting);
      if (match) this.#consider(view, match, match.complete ? 'tell' : 'keep');
    });
    confirmed.catch(() => this.#renewSoon(queue));
  }

  #tell(match: Match): void {
    const nodes = new Set(match.members.map(({ node }) => node));
    nodes.delete(this.#options.node);
    for (const node of nodes) this.#options.streams.tell(node, { kind: 'match', match });
  }

  #renew(key: QueueKey): void {
    const view = this.#queues.get(key);
    if (!view) return;
    const renewed = this.#ask(key, view, async () => {
      const waiters = [...view.own.values()]
        .filter(({ isMatched }) => !isMatched)
        .map(({ member, wish, since }) => ({
          ...claimOf(member, wish.meta),
          since,
        }));
      if (waiters.length === 0) return;
      const matches = await this.#options.directory.assert({ ...this.#assertion(key, view), waiters });
      for (const match of matches)
        this.#consider(view, match, match.confirmed.length === 0 ? 'tell' : 'keep');
      this.#renewals.hasten(key, LIMITS.waiterRenewalMs);
    });
    renewed.catch(() => this.#renewSoon(key));
  }

  /** The directory could not be asked; nothing is given up for that. */
  #renewSoon(key: QueueKey): void {
    if (this.#queues.has(key)) this.#renewals.hasten(key, 500 + this.#options.random.below(1_000));
  }

  async #expire(key: QueueKey, member: Member, wish: MatchWish): Promise<void> {
    // It may have stopped waiting, and have begun anew with another time.
    if (this.#queues.get(key)?.own.get(member.peer)?.wish !== wish) return;
    const outcome = await this.unmatch(member, key).catch(() => 'unavailable' as const);
    if (member.ended) return;
    if (outcome === 'left') this.#options.timedOut(member, wish);
    if (outcome === 'unavailable')
      this.#options.clock.after(1_000, () => void this.#expire(key, member, wish));
  }

  #assertion(key: QueueKey, view: QueueView): WaitersAssertion {
    const { node, membership, random } = this.#options;
    const fresh = () => ({ id: random.id(), room: `match-${random.id()}` as Match['room'] });
    return {
      key,
      size: view.size,
      node,
      lifeMs: LIMITS.waiterLifeMs,
      confirmWithinMs: LIMITS.matchConfirmMs,
      lost: membership.ended(),
      fresh: [fresh(), fresh()],
      notAfterMs: membership.nowMs() + NOT_AFTER_MS,
    };
  }

  #open(key: QueueKey, size: number): QueueView {
    const view = this.#queues.get(key) ?? { size, own: new Map(), jobs: 0 };
    this.#queues.set(key, view);
    return view;
  }

  #ask<T>(
    key: QueueKey,
    view: QueueView,
    command: () => Promise<T>,
    undo?: () => Promise<unknown>,
  ): Promise<T> {
    view.jobs += 1;
    return this.#options.writer.ask(key, command, undo).finally(() => this.#tidy(key, view));
  }

  #tidy(key: QueueKey, view: QueueView): void {
    view.jobs -= 1;
    if (view.jobs > 0 || view.own.size > 0) return;
    this.#queues.delete(key);
    this.#renewals.delete(key);
  }
}

/** Taking a place that comes to be executed later than this does nothing. */
const NOT_AFTER_MS = 1_000;
