import * as fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { acquaintances, untilAcquainted } from '../support/acquaintances.ts';
import type { RawClient } from '../support/client.ts';
import { connecting } from '../support/clients.ts';
import { spread, startCluster, type Cluster } from '../support/cluster.ts';
import { insist } from '../support/insist.ts';
import { until } from '../support/until.ts';

/** A failure prints the seed; with it the same lives are lived again, though not to the same millisecond. */
const RUNS = 100;

let rooms = 0;
/** A room that no other test knows. */
const freshRoom = () => `room-${++rooms}`;

describe.each([2, 3])('a room across %i nodes', (size) => {
  let cluster: Cluster;
  const connect = connecting(() => cluster.url(0));
  beforeAll(async () => void (cluster = await startCluster(size, { PARLEY_RESUME_WINDOW_MS: '1000' })));
  afterAll(() => cluster?.stop());

  /** A room with a member on each of so many nodes in turn, all acquainted. */
  async function meet(count: number): Promise<{ room: string; members: RawClient[] }> {
    const room = freshRoom();
    const members = await spread(count, cluster, connect);
    for (const member of members) await member.request({ type: 'join', room }, 'joined');
    await untilAcquainted(members, room);
    return { room, members };
  }

  it.each([2, 8])('of %i holds so many and no more', async (capacity) => {
    const room = freshRoom();
    const members = await spread(capacity, cluster, connect);
    for (const member of members) {
      const joined = await member.request({ type: 'join', room, capacity }, 'joined');
      expect(joined.capacity).toBe(capacity);
    }
    await untilAcquainted(members, room);
    const [late] = await spread(1, cluster, connect);
    expect(await late!.request({ type: 'join', room })).toMatchObject({ code: 'room-full', room });
    // Joining again is no second seat.
    expect((await members[0]!.request({ type: 'join', room }, 'joined')).peers).toHaveLength(capacity - 1);
  });

  it('is known to each member exactly, whoever joins, leaves and drops at the same time', async () => {
    const life = fc.record({
      node: fc.nat(size - 1),
      joinAfterMs: fc.nat(12),
      next: fc.constantFrom('stay', 'stay', 'stay', 'leave', 'drop', 'come back'),
    });
    const run = fc.record({
      capacity: fc.integer({ min: 2, max: 8 }),
      lives: fc.array(life, { minLength: 2, maxLength: 10 }),
    });
    await fc.assert(
      fc.asyncProperty(run, async ({ capacity, lives }) => {
        const room = freshRoom();
        const join = async (client: RawClient) => {
          const answer = await insist(client, { type: 'join', room, capacity });
          const isFull = answer.type === 'error' && answer.code === 'room-full';
          if (!isFull && answer.type !== 'joined') throw new Error(JSON.stringify(answer));
          return answer.type === 'joined';
        };
        const leave = async (client: RawClient) => {
          const answer = await insist(client, { type: 'leave', room });
          if (answer.type !== 'left') throw new Error(JSON.stringify(answer));
        };
        const clients = await Promise.all(lives.map(({ node }) => connect(undefined, cluster.url(node))));
        const outcomes = await Promise.all(
          clients.map(async (client, index) => {
            const { joinAfterMs, next } = lives[index]!;
            await new Promise((resolve) => setTimeout(resolve, joinAfterMs));
            const isIn = await join(client);
            if (!isIn || next === 'stay') return { isIn, everIn: isIn };
            if (next === 'drop') client.terminate();
            else await leave(client);
            return { isIn: next === 'come back' && (await join(client)), everIn: true };
          }),
        );
        const members = clients.filter((_, index) => outcomes[index]?.isIn);
        await untilAcquainted(members, room);
        const everIn = outcomes.filter((outcome) => outcome.everIn).length;
        expect(members.length).toBeLessThanOrEqual(capacity);
        expect(everIn).toBeGreaterThanOrEqual(Math.min(capacity, clients.length));
        for (const client of clients) client.terminate();
      }),
      { numRuns: RUNS, endOnFailure: true },
    );
  });

  it('keeps 200 signals in order for each sender and receiver, however many send at once', async () => {
    const { room, members } = await meet(2 * size);
    await Promise.all(
      members.map(async (sender) => {
        for (const receiver of members) {
          if (receiver === sender) continue;
          const to = receiver.welcome.peer;
          const signal = (n: number) => sender.request({ type: 'signal', room, to, custom: n }, 'delivered');
          await Promise.all(Array.from({ length: 200 }, (_, n) => signal(n)));
        }
      }),
    );
    const inOrder = Array.from({ length: 200 }, (_, n) => n);
    for (const receiver of members) {
      for (const sender of members) {
        if (receiver === sender) continue;
        const heard = () => signalsOf(receiver, sender.welcome.peer);
        // "delivered" is written to the socket, not yet read from it.
        await until('200 signals', () => heard().length >= 200);
        expect(heard()).toEqual(inOrder);
      }
    }
  });

  it('tells of a peer before it passes on what that peer says in the instant it has joined', async () => {
    const pairs = Array.from({ length: 40 }, async (_, index) => {
      const room = freshRoom();
      const host = await connect(undefined, cluster.url(index));
      const guest = await connect(undefined, cluster.url(index + 1));
      signalAtOnce(guest, 'joined', room, () => host.welcome.peer);
      signalAtOnce(host, 'peer-joined', room, () => guest.welcome.peer);
      await host.request({ type: 'join', room }, 'joined');
      await guest.request({ type: 'join', room }, 'joined');
      // That each was told of the other first is looked at in here.
      for (const client of [host, guest]) {
        await client.next('signal');
        expect(acquaintances(client, room)?.size).toBe(1);
        expect(client.received.filter(({ type }) => type === 'error')).toEqual([]);
      }
    });
    await Promise.all(pairs);
  });

  it('shows what its members say of themselves, and what they say later', async () => {
    const room = freshRoom();
    const [host, guest] = (await spread(2, cluster, connect)) as [RawClient, RawClient];
    await host.request({ type: 'join', room, meta: { name: 'Ada' } }, 'joined');
    const joined = await guest.request({ type: 'join', room, meta: 'Bob' }, 'joined');
    expect(joined.peers).toMatchObject([{ peer: host.welcome.peer, meta: { name: 'Ada' }, polite: true }]);
    expect(await host.next('peer-joined')).toMatchObject({ meta: 'Bob', polite: false });

    await host.request({ type: 'update', room, meta: { name: 'Ada', muted: true } }, 'updated');
    const { peer } = host.welcome;
    expect(await guest.next('peer-updated')).toMatchObject({ peer, meta: { name: 'Ada', muted: true } });
  });

  it.each([
    ['left', 'leaves', (client: RawClient, room: string) => client.request({ type: 'leave', room }, 'left')],
    ['left', 'says bye', (client: RawClient) => (client.send({ type: 'bye' }), client.closed)],
    ['left', 'closes with 1000', (client: RawClient) => client.close(1000)],
    ['lost', 'closes with 1001', (client: RawClient) => client.close(1001)],
    ['lost', 'drops', (client: RawClient) => (client.terminate(), client.closed)],
  ] as const)('says "%s" of a member that %s', async (reason, _how, end) => {
    const { room, members } = await meet(3);
    const [leaver, ...others] = members as [RawClient, RawClient, RawClient];
    await end(leaver, room);
    for (const other of others) {
      expect(await other.next('peer-left')).toMatchObject({ room, peer: leaver.welcome.peer, reason });
    }
    await untilAcquainted(others, room);
  });

  it('takes signals from members only, and for members only', async () => {
    const { room, members } = await meet(2);
    const [host, guest] = members as [RawClient, RawClient];
    const stranger = await connect(undefined, cluster.url(1));
    const say = (from: RawClient, to: RawClient) =>
      from.request({ type: 'signal', room, to: to.welcome.peer, custom: 'hello' });

    expect(await say(stranger, host)).toMatchObject({ code: 'not-in-room', room });
    expect(await say(host, stranger)).toMatchObject({ code: 'peer-unreachable', to: stranger.welcome.peer });
    expect(await say(host, host)).toMatchObject({ code: 'peer-unreachable' });

    await guest.request({ type: 'leave', room }, 'left');
    expect(await say(guest, host)).toMatchObject({ code: 'not-in-room' });
    await until('the host to find nobody there', async () => {
      const answer = await say(host, guest);
      return answer.type === 'error' && answer.code === 'peer-unreachable';
    });
    expect(stranger.received.filter(({ type }) => type === 'signal')).toEqual([]);
  });
});

/** What this peer signalled to the client, in the order of arrival. */
const signalsOf = (client: RawClient, peer: string) =>
  client.received.flatMap((message) =>
    message.type === 'signal' && message.from === peer ? [message.custom] : [],
  );

/** Signals from inside the event: no client can be quicker. */
function signalAtOnce(
  client: RawClient,
  event: 'joined' | 'peer-joined',
  room: string,
  to: () => string,
): void {
  client.socket.on('message', (data: Buffer) => {
    const message = JSON.parse(data.toString()) as { type: string; peers?: unknown[] };
    if (message.type === event) client.send({ type: 'signal', room, to: to(), custom: 'at once' });
  });
}
