import type { NodeId, PeerId } from '@parley/protocol';
import type { QueueKey } from '../keys.ts';
import {
  type AssertWaitersRequest,
  type EnqueueAnswer,
  type EnqueueRequest,
  type Match,
  type QueueDirectory,
  Unavailable,
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
  makeMatches,
  type MatchRecord,
  putBack,
  queueEndMs,
  type QueueRecord,
  runningMatchOf,
  settle,
  takePlace,
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
    const { key, node, waiter } = request;
    const { peer, fence } = waiter;
    return this.#within(key, (queue) => {
      settle(queue, nowMs, [peer], request.lost);
      const there = queue.waiters.get(peer)?.holder;
      if (there && there.fence > fence) return { outcome: 'superseded' };
      if (there && there.fence < fence) giveUp(queue, peer);
      const kept = there?.fence === fence ? there : undefined;
      const holder = kept ?? { ...bareClaim(waiter), node, since: nextInOrder(nowMs, queue.lastSince) };
      takePlace(queue, holder, nowMs + request.lifeMs);
      makeMatches(queue, request, nowMs);
      const match = runningMatchOf(queue, peer);
      return { outcome: 'waiting', since: holder.since, ...(match && { match: describeMatch(key, match) }) };
    });
  }

  async unmatch({ key, peer, fence }: WaiterRef): Promise<'left' | 'matched' | 'absent'> {
    return this.#within(key, (queue) => {
      settle(queue, this.#world.clock.nowMs(), [peer]);
      if (queue.waiters.get(peer)?.holder.fence !== fence) {
        return completeMatchOf(queue, { peer, fence }) ? 'matched' : 'absent';
      }
      giveUp(queue, peer);
      return 'left';
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
    const { key, node, waiters, lifeMs } = request;
    const nowMs = this.#world.clock.nowMs();
    if (nowMs > request.notAfterMs) throw new Unavailable('the assertion came too late');
    const own = waiters.map(({ peer }) => peer);
    return this.#within(key, (queue) => {
      settle(queue, nowMs, own, request.lost);
      for (const { holder } of queue.waiters.values()) {
        if (holder.node === node && !own.includes(holder.peer)) giveUp(queue, holder.peer);
      }
      for (const waiter of waiters.toSorted((a, b) => a.since - b.since))
        putBack(queue, node, waiter, nowMs + lifeMs);
      makeMatches(queue, request, nowMs);
      const matches = [...queue.matches.values()].filter((match) => concerns(match, node));
      return matches.map((match) => describeMatch(key, match));
    });
  }

  #within<T>(key: QueueKey, work: (queue: QueueRecord) => T): T {
    const queue = this.records.get(key) ?? emptyQueue();
    const answer = work(queue);
    this.records.set(key, queue);
    return answer;
  }
}

/** Whether a member at this node waits for the match to be complete, or may not have heard yet that it is. */
const concerns = ({ members, complete, standing }: MatchRecord, node: NodeId) =>
  members.some((member) => member.node === node && (!complete || standing.has(member.peer)));
