import type { NodeId } from '@parley/protocol';
import { matchedRoom } from './allowed.ts';
import type { MatchEnvelope } from './envelope.ts';
import type { QueueKey } from './keys.ts';
import { LIMITS } from './limits.ts';
import { claimOf, type Member } from './member.ts';
import type { Membership } from './membership.ts';
import type { Clock, Random } from './ports/clock.ts';
import {
  type Match,
  NOT_AFTER_MS,
  type QueueDirectory,
  Unavailable,
  type WaitersAssertion,
} from './ports/directory.ts';
import { Proposals } from './proposals.ts';
import { type MatchWish, QueueView } from './queue-view.ts';
import type { Streams } from './streams.ts';
import { Wheel } from './wheel.ts';
import type { Writer } from './writer.ts';

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

/**
 * The waiters of this node: their places are taken, renewed and given up through the one writer, and what becomes of the
 * matches they are in is for {@link Proposals}.
 *
 * Nodes tell each other when there is something to confirm or to do; whatever of that is lost, the renewal every three
 * seconds brings.
 */
export class Matchmaker {
  readonly #queues = new Map<QueueKey, QueueView>();
  readonly #renewals: Wheel<QueueKey>;
  readonly #proposals: Proposals;
  readonly #options: MatchmakerOptions;

  constructor(options: MatchmakerOptions) {
    this.#options = options;
    this.#renewals = new Wheel(options.clock, (key) => this.#renew(key));
    this.#proposals = new Proposals({ ...options, unconfirmed: (key) => this.#renewSoon(key) });
  }

  /** How many of this node's sessions wait. */
  get waiting(): number {
    let count = 0;
    for (const view of this.#queues.values()) count += view.waiting;
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
    const view = this.#open(key, wish.size);
    member.queues.add(key);
    return view
      .ask(
        () => this.#wait(view, member, wish, waiting),
        // Of a member that waited before, nothing is to be undone.
        async () => {
          if (!view.waiterOf(member)) await this.#giveUp(view, member);
        },
      )
      .finally(() => {
        if (!view.waiterOf(member)) member.queues.delete(key);
      });
  }

  /** `matched`: too late, the match stands. Rejects with {@link Unavailable}; then it still waits. */
  async unmatch(member: Member, key: QueueKey): Promise<'left' | 'matched' | 'absent'> {
    const view = this.#queues.get(key);
    if (!view || !member.queues.has(key)) return 'absent';
    return view.ask(async () => {
      const waiter = view.waiterOf(member);
      if (!waiter) return 'absent';
      if (waiter.isMatched) return 'matched';
      const outcome = await this.#giveUp(view, member);
      if (outcome === 'matched') return outcome;
      view.remove(member);
      return 'left';
    });
  }

  /** Gives a place up, however long it takes. */
  leave(member: Member, key: QueueKey): Promise<void> {
    return this.#end(member, key, (view) => this.#giveUp(view, member));
  }

  /** Gives the turn up, however long it takes; the place is kept for a while, for a later session of the same instance. */
  away(member: Member, key: QueueKey): Promise<void> {
    const { directory, membership } = this.#options;
    const { peer, fence } = member;
    return this.#end(member, key, () => directory.away({ key, peer, fence }, membership.awayMs));
  }

  /** Another node says that there is something to confirm or to do. */
  told({ match }: MatchEnvelope): void {
    const view = this.#queues.get(match.queue);
    if (!view) return;
    this.#proposals.consider(view, match, 'keep');
    // The news may be about a place that is only just being taken.
    if (view.busy) this.#renewals.hasten(match.queue, 0);
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

  async #wait(
    view: QueueView,
    member: Member,
    wish: MatchWish,
    waiting: () => void,
  ): Promise<'waiting' | 'superseded'> {
    // Never asked for anew: its match may be complete already, and a second place would take the first one's from it.
    if (view.waiterOf(member)) {
      waiting();
      this.#renewals.hasten(view.key, 0);
      return 'waiting';
    }
    const answer = await this.#options.directory.enqueue({
      ...this.#assertion(view),
      waiter: claimOf(member, wish.meta),
    });
    if (answer.outcome === 'late') throw new Unavailable('the match came too late');
    if (answer.outcome !== 'waiting') return answer.outcome;
    this.#add(view, member, wish, answer.since);
    waiting();
    if (answer.match) this.#proposals.consider(view, answer.match, 'tell');
    return answer.outcome;
  }

  async #end(member: Member, key: QueueKey, tell: (view: QueueView) => Promise<unknown>): Promise<void> {
    const view = this.#queues.get(key);
    await view?.insist(async () => {
      await tell(view);
      view.remove(member);
    });
  }

  #add(view: QueueView, member: Member, wish: MatchWish, since: number): void {
    const { timeoutMs } = wish;
    const expire = () => void this.#expire(view, member, wish);
    const cancelTimeout = timeoutMs === undefined ? () => {} : this.#options.clock.after(timeoutMs, expire);
    view.add({ member, wish, since, cancelTimeout, isMatched: false });
    // It ended before there was a place to give up; or that is in the line already, and this changes nothing.
    if (member.ended) void this.away(member, view.key);
    this.#renewals.hasten(view.key, LIMITS.waiterRenewalMs);
  }

  #giveUp({ key }: QueueView, { peer, fence }: Member): ReturnType<QueueDirectory['unmatch']> {
    return this.#options.directory.unmatch({ key, peer, fence });
  }

  #renew(key: QueueKey): void {
    const view = this.#queues.get(key);
    if (!view) return;
    const renewed = view.ask(async () => {
      const own = view.unmatched();
      if (own.length === 0) return;
      // Others may have taken this node for lost, and its waiters for away; they are asked whether they are still there.
      if (own.some(({ member }) => member.isDoubted && !member.ended)) return this.#renewSoon(key);
      const waiters = own.map(({ member, wish, since }) => ({ ...claimOf(member, wish.meta), since }));
      const matches = await this.#options.directory.assert({ ...this.#assertion(view), waiters });
      for (const match of matches)
        this.#proposals.consider(view, match, match.confirmed.length === 0 ? 'tell' : 'keep');
      this.#renewals.hasten(key, LIMITS.waiterRenewalMs);
    });
    renewed.catch(() => this.#renewSoon(key));
  }

  /** The directory could not be asked; nothing is given up for that. */
  #renewSoon(key: QueueKey): void {
    if (this.#queues.has(key)) this.#renewals.hasten(key, 500 + this.#options.random.below(1_000));
  }

  async #expire(view: QueueView, member: Member, wish: MatchWish): Promise<void> {
    // It may have stopped waiting, and have begun anew with another time.
    if (view.waiterOf(member)?.wish !== wish) return;
    const outcome = await this.unmatch(member, view.key).catch(() => 'unavailable' as const);
    if (member.ended) return;
    if (outcome === 'left') this.#options.timedOut(member, wish);
    if (outcome === 'unavailable')
      this.#options.clock.after(1_000, () => void this.#expire(view, member, wish));
  }

  #assertion({ key, size }: QueueView): WaitersAssertion {
    const { node, membership, random } = this.#options;
    const fresh = () => ({ id: random.id(), room: matchedRoom(random.id()) });
    return {
      key,
      size,
      node,
      lifeMs: LIMITS.waiterLifeMs,
      confirmWithinMs: LIMITS.matchConfirmMs,
      reading: membership.reading(LIMITS.waiterLifeMs),
      fresh: [fresh(), fresh()],
      notAfterMs: membership.nowMs() + NOT_AFTER_MS,
    };
  }

  #open(key: QueueKey, size: number): QueueView {
    const close = () => {
      this.#queues.delete(key);
      this.#renewals.delete(key);
    };
    const view = this.#queues.get(key) ?? new QueueView(key, size, this.#options.writer, close);
    this.#queues.set(key, view);
    return view;
  }
}
