import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { acquaintances, untilAcquainted } from '../support/acquaintances.ts';
import type { RawClient } from '../support/client.ts';
import { connecting } from '../support/clients.ts';
import { spread, startCluster, type Cluster } from '../support/cluster.ts';
import { insist } from '../support/insist.ts';
import { until } from '../support/until.ts';

describe('matching across three nodes', () => {
  let cluster: Cluster;
  const connect = connecting(() => cluster.url(0));
  beforeAll(async () => void (cluster = await startCluster(3)));
  afterAll(() => cluster?.stop());

  it.each([
    ['50 pairs', { size: 2, staying: 100, givingUp: 20, dying: 20 }],
    ['30 groups of three', { size: 3, staying: 90, givingUp: 15, dying: 15 }],
  ])('makes %s while some give up and some die', async (_what, { size, ...counts }) => {
    const match = { type: 'match', queue: `rush-${size}`, size };
    const staying = await spread(counts.staying, cluster, connect);
    const givingUp = await spread(counts.givingUp, cluster, connect);
    const dying = await spread(counts.dying, cluster, connect);

    await Promise.all([
      ...dying.map(async (client, index) => {
        client.send(match);
        // One half dies in the queue or in a match, the other on the way there.
        if (index % 2 === 0) await client.next(({ type }) => type === 'waiting' || type === 'error');
        client.terminate();
      }),
      ...givingUp.map(async (client) => {
        await insist(client, match);
        const answer = await insist(client, { ...match, type: 'unmatch' });
        // A lost race: then the match stands, and this one leaves its company alone.
        const isLost = answer.type === 'error';
        expect(answer).toMatchObject(isLost ? { code: 'not-waiting' } : { type: 'unmatched' });
        await client.close();
      }),
      ...staying.map((client) => insist(client, match)),
    ]);

    await until(
      'company for everybody',
      async () => {
        const isForsaken = (client: RawClient) =>
          companyOf(client) !== undefined && companyOf(client)! < size;
        for (const client of staying.filter(isForsaken)) {
          await insist(client, { type: 'leave', room: lastRoom(client) });
          await insist(client, match);
        }
        return staying.every((client) => companyOf(client) === size);
      },
      30_000,
    );
    for (const [room, members] of groups(staying, lastRoom)) {
      expect(members).toHaveLength(size);
      await untilAcquainted(members, room ?? '');
    }
    // Nobody was matched twice: one `joined` for each time that it waited.
    const count = ({ received }: RawClient, type: string) =>
      received.filter((message) => message.type === type).length;
    for (const client of staying) expect(count(client, 'joined')).toBe(count(client, 'waiting'));
  });

  it('puts everybody it matches into one room, and says so to each once', async () => {
    const clients = await spread(12, cluster, connect);
    for (const client of clients)
      client.send({ type: 'match', queue: 'fours', size: 4, meta: client.welcome.peer });
    const joined = await Promise.all(clients.map((client) => client.next('joined')));
    for (const [index, { room, queue, size, capacity, peers }] of joined.entries()) {
      expect({ queue, size, capacity }).toEqual({ queue: 'fours', size: 4, capacity: 4 });
      expect(peers.map(({ meta, peer }) => meta === peer)).toEqual([true, true, true]);
      const company = clients.filter((_, other) => joined[other]?.room === room);
      expect(company).toHaveLength(4);
      expect(peers.map(({ peer }) => peer).sort()).toEqual(
        company
          .map(({ welcome }) => welcome.peer)
          .filter((peer) => peer !== clients[index]?.welcome.peer)
          .sort(),
      );
    }
    expect(clients.flatMap(({ received }) => received.filter(({ type }) => type === 'joined'))).toHaveLength(
      12,
    );
  });

  it('keeps those who want to be two apart from those who want to be three, and other queues apart', async () => {
    const [two, three, other, partner] = await spread(4, cluster, connect);
    await two!.request({ type: 'match', queue: 'apart', size: 2 }, 'waiting');
    await three!.request({ type: 'match', queue: 'apart', size: 3 }, 'waiting');
    await other!.request({ type: 'match', queue: 'elsewhere', size: 2 }, 'waiting');
    await partner!.request({ type: 'match', queue: 'apart', size: 2 }, 'waiting');
    const { peers } = await two!.next('joined');
    expect(peers).toMatchObject([{ peer: partner!.welcome.peer }]);
    for (const alone of [three!, other!])
      expect(alone.received.filter(({ type }) => type === 'joined')).toEqual([]);
  });

  it('gives up when nobody came in time', async () => {
    const [alone] = await spread(1, cluster, connect);
    await alone!.request({ type: 'match', queue: 'empty', timeoutMs: 300 }, 'waiting');
    expect(await alone!.next('error')).toMatchObject({ code: 'match-timeout', queue: 'empty', size: 2 });
    expect(await alone!.request({ type: 'unmatch', queue: 'empty' })).toMatchObject({ code: 'not-waiting' });
  });

  it('answers not-waiting to who does not wait', async () => {
    const [client] = await spread(1, cluster, connect);
    expect(await client!.request({ type: 'unmatch', queue: 'never' })).toMatchObject({ code: 'not-waiting' });
    await client!.request({ type: 'match', queue: 'never' }, 'waiting');
    await client!.request({ type: 'unmatch', queue: 'never' }, 'unmatched');
    expect(await client!.request({ type: 'unmatch', queue: 'never' })).toMatchObject({ code: 'not-waiting' });
  });

  it('answers a repeated match by the same place', async () => {
    const [client, partner] = await spread(2, cluster, connect);
    await client!.request({ type: 'match', queue: 'twice' }, 'waiting');
    await client!.request({ type: 'match', queue: 'twice' }, 'waiting');
    await partner!.request({ type: 'match', queue: 'twice' }, 'waiting');
    expect((await client!.next('joined')).peers).toMatchObject([{ peer: partner!.welcome.peer }]);
  });
});

/** Where the client was seated last. */
function lastRoom({ received }: RawClient): string | undefined {
  const last = received.findLast(({ type }) => type === 'joined');
  return last?.type === 'joined' ? last.room : undefined;
}

/** How many the client knows to be in its last room and not away, itself counted; `undefined` while it waits. */
function companyOf(client: RawClient): number | undefined {
  const last = client.received.findLast(({ type }) => type === 'joined' || type === 'waiting');
  if (last?.type !== 'joined') return undefined;
  const others = [...(acquaintances(client, last.room)?.values() ?? [])];
  return 1 + others.filter(({ away }) => !away).length;
}

/** By what `key` says of each. */
function groups<T, Key>(all: readonly T[], key: (one: T) => Key): Map<Key, T[]> {
  const grouped = new Map<Key, T[]>();
  for (const one of all) grouped.set(key(one), [...(grouped.get(key(one)) ?? []), one]);
  return grouped;
}
