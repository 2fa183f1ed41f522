import { describe, expect, it } from 'vitest';
import type { QueueName } from '@parley/protocol';
import type { QueueKey } from './keys.ts';
import type { Match } from './ports/directory.ts';
import { type MatchWish, QueueView } from './queue-view.ts';
import { Puppet } from './testing/puppet.ts';
import { World } from './testing/world.ts';

const KEY = 'main/2/chess' as QueueKey;

describe('a queue, as far as this node has waiters in it', () => {
  it('is done with when nobody waits and nothing is under way, not before', async () => {
    const { view, closings, wait } = start();
    let finish = () => {};
    const job = view.during(() => new Promise<void>((resolve) => (finish = resolve)));
    expect([view.busy, closings.count]).toEqual([true, 0]);
    const alice = wait('alice');
    finish();
    await job;
    expect([view.busy, view.waiting, closings.count]).toEqual([false, 1, 0]);
    await view.during(async () => view.remove(alice));
    expect([view.waiting, closings.count]).toEqual([0, 1]);
  });

  it('is done with also when what was under way has failed', async () => {
    const { view, closings } = start();
    await expect(view.ask(() => Promise.reject(new Error('no')))).rejects.toThrow('no');
    expect(closings.count).toBe(1);
  });

  it('knows a place by its session: an earlier one of the same peer neither has it nor gives it up', () => {
    const { view, wait } = start();
    const early = wait('alice', { life: 1 });
    const late = wait('alice', { life: 2 });
    view.remove(early);
    expect(view.waiterOf(early)).toBeUndefined();
    expect(view.waiterOf(late)?.member).toBe(late);
  });

  it('stops the clock of a place that is taken anew or given up', () => {
    const { view, wait, stopped } = start();
    wait('alice', { life: 1 });
    const late = wait('alice', { life: 2 });
    expect(stopped).toEqual(['alice-1']);
    view.remove(late);
    expect(stopped).toEqual(['alice-1', 'alice-2']);
    expect([...late.queues]).toEqual([]);
  });

  it('has in a match only who took that place, and has neither gone nor another match, and is not in doubt', () => {
    const { view, wait } = start();
    wait('alice', { since: 5 });
    wait('again', { since: 9 });
    wait('gone', { since: 5 }).ended = true;
    Object.assign(wait('doubted', { since: 5 }), { isDoubted: true });
    const matched = wait('matched', { since: 5 });
    const waiter = view.waiterOf(matched);
    if (waiter) waiter.isMatched = true;
    const names = ['alice', 'again', 'gone', 'doubted', 'matched', 'stranger'];
    const members = names.map((peer) => ({ peer, since: 5 }));
    const meant = view.meantBy({ members } as unknown as Match);
    expect(meant.map(({ member }) => member.peer)).toEqual(['alice']);
    expect(view.free(names as never)).toEqual(['alice', 'again']);
    expect(view.unmatched().map(({ member }) => member.peer)).toEqual(['alice', 'again', 'gone', 'doubted']);
  });
});

function start() {
  const closings = { count: 0 };
  const stopped: string[] = [];
  const { writer } = new World().ground('node-1');
  const view = new QueueView(KEY, 2, writer, () => (closings.count += 1));
  const wish: MatchWish = { queue: 'chess' as QueueName, size: 2, meta: undefined, timeoutMs: undefined };
  function wait(name: string, { life = 1, since = 1 } = {}): Puppet {
    const member = new Puppet(name, life);
    const cancelTimeout = () => void stopped.push(member.session);
    view.add({ member, wish, since, cancelTimeout, isMatched: false });
    return member;
  }
  return { view, closings, stopped, wait };
}
