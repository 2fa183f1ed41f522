import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { acquaintances } from '../support/acquaintances.ts';
import type { RawClient, Refused } from '../support/client.ts';
import { connecting } from '../support/clients.ts';
import { startCluster, type Cluster } from '../support/cluster.ts';
import { jwtSettings, tokenFor } from '../support/tokens.ts';
import { until } from '../support/until.ts';

describe('a peer with a fixed name that connects twice', () => {
  let cluster: Cluster;
  const connect = connecting(() => cluster.url(0));
  beforeAll(async () => void (cluster = await startCluster(3, jwtSettings)));
  afterAll(() => cluster?.stop());

  const ada = (node: number, peer: string) =>
    connect({ token: tokenFor('ada', { peer }) }, cluster.url(node));

  it.each([
    ['on the same node', 0],
    ['on another node', 1],
  ])('is the later one, %s, and the others see it begin anew', async (_where, second) => {
    const room = `room-${second}`;
    const peer = `phone-${second}`;
    const watcher = await connect({ token: tokenFor('bob') }, cluster.url(2));
    const before = await ada(0, peer);
    await before.request({ type: 'join', room }, 'joined');
    await watcher.request({ type: 'join', room }, 'joined');

    const after = await ada(second, peer);
    expect(after.welcome.peer).toBe(peer);
    expect(await before.closed).toEqual({ code: 4200, reason: 'replaced' });
    await after.request({ type: 'join', room }, 'joined');

    expect(await watcher.next('peer-left')).toMatchObject({ room, peer, reason: 'replaced' });
    expect(await watcher.next('peer-joined')).toMatchObject({
      room,
      peer,
      user: 'ada',
      instance: after.welcome.instance,
    });
    expect(after.welcome.instance).not.toBe(before.welcome.instance);

    const signal = { type: 'signal', room, to: peer, custom: 'hello' };
    await watcher.request(signal, 'delivered');
    expect(await after.next('signal')).toMatchObject({ custom: 'hello' });
  });

  it('is one, and only one, when both connect in the same moment', async () => {
    const races = Array.from({ length: 30 }, async (_, index) => {
      const peer = `racer-${index}`;
      const attempts = await Promise.allSettled([0, 1, 2].map((node) => ada(node, peer)));
      const clients = attempts.flatMap((attempt) => (attempt.status === 'fulfilled' ? [attempt.value] : []));
      for (const attempt of attempts) {
        if (attempt.status === 'fulfilled') continue;
        // Lost before it was welcome: it may only come back, because nobody replaced what never was.
        expect((attempt.reason as Refused).closed?.code).toBe(4002);
      }
      await until('one that is left', () => clients.filter(isOpen).length === 1);
      const winner = clients.find(isOpen)!;
      for (const loser of clients.filter((client) => client !== winner))
        expect(await loser.closed).toEqual({ code: 4200, reason: 'replaced' });
      await winner.request({ type: 'ping' }, 'pong');
      return winner;
    });
    const winners = await Promise.all(races);
    expect(winners.every(isOpen)).toBe(true);
  });

  it('can move from node to node while its room goes on', async () => {
    const room = 'moving';
    const watcher = await connect({ token: tokenFor('bob') }, cluster.url(2));
    await watcher.request({ type: 'join', room, capacity: 2 }, 'joined');
    for (let move = 0; move < 12; move += 1) {
      const client = await ada(move, 'mover');
      // Its own former seat must not be in its way, although there are but two.
      await client.request({ type: 'join', room }, 'joined');
      await until('the watcher to know it', () => {
        const seen = acquaintances(watcher, room)?.get('mover');
        return seen?.instance === client.welcome.instance;
      });
    }
    const reasons = watcher.received.flatMap((message) =>
      message.type === 'peer-left' ? [message.reason] : [],
    );
    expect(reasons).toEqual(Array.from({ length: 11 }, () => 'replaced'));
  });
});

const isOpen = ({ socket }: RawClient) => socket.readyState === socket.OPEN;
