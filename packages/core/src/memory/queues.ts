import type { NodeId, PeerId } from '@parley/protocol';
import type { QueueKey } from '../keys.ts';
import {
  type AssertWaitersRequest,
  type EnqueueAnswer,
  type EnqueueRequest,
  type Match,
  type QueueDirectory,
  Unavailable,
  type Waiter,
  type WaiterRef,
} from '../ports/directory.ts';
import type { World } from './directory.ts';
import { Lapsing } from './lapsing.ts';
import { bareClaim, nextInOrder } from './places.ts';
import {
  completeMatchOf,
  confirmMembers,
  describeMatch,
  emptyQueue,
  giveUp,
  goAway,
  makeMatches,
  type MatchRecord,
  putBack,
  queueEndMs,
  type QueueRecord,
  runningMatchOf,
  settle,
  takePlace,
  type WaiterPlace,
} from './queue-record.ts';

export class MemoryQueues implements QueueDirectory {
  readonly #world: World;
  readonly records: Lapsing<QueueKey, QueueRecord>;

  constructor(world: World) {
    this.#world = world;
    this.records = new Lapsing(world.clock, queueEndMs);
  }

  async enqueue(request: EnqueueRequest): Promise<EnqueueAnswer> {
    const nowMs = this.#world.clock.nowMs();
    if (nowMs > request.notAfterMs) return { outcome: 'late' };
    const { key, waiter } = request;
    const { peer, fence } = waiter;
    return this.#within(key, (queue) => {
      settle(queue, nowMs, [peer], request.reading);
      const there = queue.waiters.get(peer)?.holder;
      if (there && there.fence > fence) return { outcome: 'superseded' };
      const holder = there?.fence === fence ? there : successor(queue, request, nowMs);
      // A later session has the place, but not the turn: nobody knows what the one before has confirmed.
      if (holder !== there) giveUp(queue, peer);
      takePlace(queue, holder, nowMs + request.lifeMs);
      makeMatches(queue, request, nowMs);
      const match = runningMatchOf(queue, peer);
      return { outcome: 'waiting', since: holder.since, ...(match && { match: describeMatch(key, match) }) };
    });
  }

  async unmatch(waiter: WaiterRef): Promise<'left' | 'matched' | 'absent'> {
    return this.#release(waiter, (queue, { holder }) => giveUp(queue, holder.peer));
  }

  async away(waiter: WaiterRef, awayMs: number): Promise<'left' | 'matched' | 'absent'> {
    const untilMs = this.#world.clock.nowMs() + awayMs;
    return this.#release(waiter, (queue, place) => {
      if (!place.isAway) goAway(queue, place, untilMs);
    });
  }

  async confirm(key: QueueKey, id: string, peers: readonly PeerId[]): Promise<Match | undefined> {
    const nowMs = this.#world.clock.nowMs();
    return this.#within(key, (queue) => {
      settle(queue, nowMs, peers);
      const match = queue.matches.get(id);
      if (!match) return undefined;
      confirmMembers(queue, match, peers, nowMs);
      return describeMatch(key, match);
    });
  }

  async assert(request: AssertWaitersRequest): Promise<readonly Match[]> {
    const { key, node, waiters, lifeMs, reading } = request;
    const nowMs = this.#world.clock.nowMs();
    if (nowMs > request.notAfterMs) throw new Unavailable('the assertion came too late');
    const own = waiters.map(({ peer }) => peer);
    return this.#within(key, (queue) => {
      settle(queue, nowMs, own, reading);
      for (const { holder, isAway } of queue.waiters.values()) {
        if (holder.node === node && !isAway && !own.includes(holder.peer)) giveUp(queue, holder.peer);
      }
      for (const waiter of waiters.toSorted((a, b) => a.since - b.since))
        putBack(queue, node, waiter, nowMs + lifeMs);
      makeMatches(queue, request, nowMs);
      const matches = [...queue.matches.values()].filter((match) => concerns(match, node));
      return matches.map((match) => describeMatch(key, match));
    });
  }

  #release(
    { key, peer, fence }: WaiterRef,
    release: (queue: QueueRecord, place: WaiterPlace) => void,
  ): 'left' | 'matched' | 'absent' {
    return this.#within(key, (queue) => {
      settle(queue, this.#world.clock.nowMs(), [peer]);
      const place = queue.waiters.get(peer);
      if (place?.holder.fence !== fence) {
        return completeMatchOf(queue, { peer, fence }) ? 'matched' : 'absent';
      }
      release(queue, place);
      return 'left';
    });
  }

  #within<T>(key: QueueKey, work: (queue: QueueRecord) => T): T {
    const queue = this.records.get(key) ?? emptyQueue();
    const answer = work(queue);
    this.records.set(key, queue);
    return answer;
  }
}

/** A session that waits from now on: at the place of an earlier one, if that was the same instance. */
function successor(queue: QueueRecord, { waiter, node }: EnqueueRequest, nowMs: number): Waiter {
  const former = queue.waiters.get(waiter.peer)?.holder;
  const isBack = former?.instance === waiter.instance;
  return { ...bareClaim(waiter), node, since: isBack ? former.since : nextInOrder(nowMs, queue.lastSince) };
}

/** Whether a member at this node waits for the match to be complete, or may not have heard yet that it is. */
const concerns = ({ members, complete, standing }: MatchRecord, node: NodeId) =>
  members.some((member) => member.node === node && (!complete || standing.has(member.peer)));
