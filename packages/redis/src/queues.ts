import {
  type Match,
  type OwnWaiter,
  type QueueDirectory,
  type QueueKey,
  type Waiter,
  type WaiterRef,
  type WaitersAssertion,
  Unavailable,
} from '@parley/core';
import type { PeerId, RoomId } from '@parley/protocol';

import { claimWords, readEntry, WAITER_WORDS } from './entry.ts';
import type { Keys } from './keys.ts';
import { readingArgs } from './reading.ts';
import type { Reply, Scripts } from './scripts.ts';

export function redisQueues(scripts: Scripts, keys: Keys): QueueDirectory {
  async function release({ key, peer, fence }: WaiterRef, keepMs: number) {
    const [outcome] = await scripts.run('unmatch', keys.queue(key), [peer, fence, keepMs]);
    return outcome as 'left' | 'matched' | 'absent';
  }

  return {
    async enqueue({ waiter, notAfterMs, ...assertion }) {
      const { key, node } = assertion;
      const own = [waiter.peer, waiter.fence, claimWords(waiter), node];
      const args = [notAfterMs, ...own, ...matchArgs(assertion), ...readingArgs(assertion.reading)];
      const reply = await scripts.run('enqueue', keys.queue(key), args);
      const outcome = reply[0] as 'waiting' | 'late' | 'superseded';
      if (outcome !== 'waiting') return { outcome };
      const [match] = readMatches(key, reply, 2);
      return { outcome, since: Number(reply[1]), ...(match && { match }) };
    },
    unmatch: (waiter) => release(waiter, 0),
    away: (waiter, awayMs) => release(waiter, awayMs),
    async confirm(key, match, peers) {
      return readMatches(key, await scripts.run('confirm-match', keys.queue(key), [match, ...peers]), 1)[0];
    },
    async assert({ waiters, notAfterMs, ...assertion }) {
      const { key, node, reading } = assertion;
      const args = [
        notAfterMs,
        node,
        ...matchArgs(assertion),
        waiters.length,
        ...waiters.flatMap(ownWaiterArgs),
        ...readingArgs(reading),
      ];
      const reply = await scripts.run('assert-waiters', keys.queue(key), args);
      if (reply[0] === 'late') throw new Unavailable('the assertion came too late');
      return readMatches(key, reply, 0);
    },
  };
}

function matchArgs({
  lifeMs,
  size,
  confirmWithinMs,
  fresh,
}: Omit<WaitersAssertion, 'notAfterMs'>): (string | number)[] {
  return [lifeMs, size, confirmWithinMs, fresh.length, ...fresh.flatMap(({ id, room }) => [id, room])];
}

function ownWaiterArgs(waiter: OwnWaiter): (string | number)[] {
  return [waiter.peer, waiter.fence, waiter.since, claimWords(waiter)];
}

/** See `append_match` of `scripts/shared/queue.lua`. */
function readMatches(queue: QueueKey, reply: Reply, first: number): Match[] {
  const matches: Match[] = [];
  for (let at = first; at < reply.length;) {
    const [id, room, complete, count] = reply.slice(at, at + 4);
    at += 4;
    const members: Waiter[] = [];
    const confirmed: PeerId[] = [];
    for (const end = at + 2 * Number(count); at < end; at += 2) {
      const peer = reply[at] as PeerId;
      const { claim, at: since, words } = readEntry(peer, String(reply[at + 1]), WAITER_WORDS);
      members.push({ ...claim, since });
      if (words[7] === '1') confirmed.push(peer);
    }
    matches.push({
      id: String(id),
      queue,
      room: room as RoomId,
      members,
      confirmed,
      complete: complete === 1,
    });
  }
  return matches;
}
