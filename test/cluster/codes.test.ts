import { isRoomCode } from '@parley/protocol';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { untilAcquainted } from '../support/acquaintances.ts';
import { connecting } from '../support/clients.ts';
import { startCluster, type Cluster } from '../support/cluster.ts';
import { insist } from '../support/insist.ts';
import { until } from '../support/until.ts';

describe('a code', () => {
  let cluster: Cluster;
  const connect = connecting(() => cluster.url(0));
  beforeAll(async () => void (cluster = await startCluster(2)));
  afterAll(() => cluster?.stop());

  it('brings two together across nodes, and is full then', async () => {
    const host = await connect();
    const { room, capacity, codeExpiresInMs } = await host.request({ type: 'join' }, 'joined');
    expect(isRoomCode(room)).toBe(true);
    expect(capacity).toBe(2);
    expect(codeExpiresInMs).toBeGreaterThan(595_000);
    expect(codeExpiresInMs).toBeLessThanOrEqual(600_000);

    const guest = await connect(undefined, cluster.url(1));
    await guest.request({ type: 'join', room }, 'joined');
    await untilAcquainted([host, guest], room);
    const third = await connect();
    expect(await third.request({ type: 'join', room })).toMatchObject({ code: 'room-full', room });
  });

  it.each([{}, { create: true }])('is never created by typing it in: %j', async (options) => {
    const host = await connect();
    const { room } = await host.request({ type: 'join' }, 'joined');
    const typo = room.slice(0, -1) + (room.endsWith('X') ? 'Y' : 'X');
    const guest = await connect(undefined, cluster.url(1));
    for (let attempt = 0; attempt < 2; attempt += 1) {
      const answer = await guest.request({ type: 'join', room: typo, ...options });
      expect(answer).toMatchObject({ type: 'error', code: 'room-not-found', room: typo });
    }
    // And it was not taken for a room whose code is written otherwise.
    expect((await guest.request({ type: 'join', room }, 'joined')).peers).toHaveLength(1);
  });

  it('outlives its host, who may come back at another node', async () => {
    const host = await connect();
    const { room } = await host.request({ type: 'join' }, 'joined');
    host.send({ type: 'bye' });
    await host.closed;

    const returned = await connect(undefined, cluster.url(1));
    const { codeExpiresInMs } = await returned.request({ type: 'join', room }, 'joined');
    expect(codeExpiresInMs).toBeGreaterThan(590_000);
    await untilAcquainted([returned], room);
    const guest = await connect();
    await guest.request({ type: 'join', room }, 'joined');
    await untilAcquainted([returned, guest], room);
  });

  it('is waited for by a guest who is there before the host is back', async () => {
    const host = await connect();
    const { room } = await host.request({ type: 'join' }, 'joined');
    await host.close();
    const guest = await connect(undefined, cluster.url(1));
    await guest.request({ type: 'join', room }, 'joined');
    await untilAcquainted([guest], room);
    const returned = await connect();
    await returned.request({ type: 'join', room }, 'joined');
    await untilAcquainted([returned, guest], room);
  });
});

describe('a code that lives for a second', () => {
  let cluster: Cluster;
  const connect = connecting(() => cluster.url(0));
  beforeAll(async () => void (cluster = await startCluster(2, { PARLEY_CODE_TTL_MS: '1000' })));
  afterAll(() => cluster?.stop());

  it('is unknown a second after its host went', async () => {
    const host = await connect();
    const { room, codeExpiresInMs } = await host.request({ type: 'join' }, 'joined');
    expect(codeExpiresInMs).toBeLessThanOrEqual(1_000);
    host.send({ type: 'bye' });
    const guest = await connect(undefined, cluster.url(1));
    // Asked often this would be guessing; so it is asked when the time is over, and then until nobody is there.
    await new Promise((resolve) => setTimeout(resolve, codeExpiresInMs));
    await until('the code to be unknown', async () => {
      const answer = await guest.request({ type: 'join', room });
      if (answer.type === 'joined') await guest.request({ type: 'leave', room }, 'left');
      return answer.type === 'error' && answer.code === 'room-not-found';
    });
  });

  it('goes on while somebody is there', async () => {
    const host = await connect();
    const { room, codeExpiresInMs } = await host.request({ type: 'join' }, 'joined');
    await new Promise((resolve) => setTimeout(resolve, codeExpiresInMs));
    const guest = await connect(undefined, cluster.url(1));
    expect((await guest.request({ type: 'join', room }, 'joined')).peers).toHaveLength(1);
  });
});

describe('guessing codes', () => {
  let cluster: Cluster;
  const connect = connecting(() => cluster.url(0));
  beforeAll(async () => void (cluster = await startCluster(2, { PARLEY_CODES_PER_MINUTE: '60' })));
  afterAll(() => cluster?.stop());

  it('is limited for an address, however many peers and nodes it uses', async () => {
    const guessers = await Promise.all([0, 1, 2, 3].map((node) => connect(undefined, cluster.url(node))));
    const guess = (n: number) =>
      insist(guessers[n % guessers.length]!, {
        type: 'join',
        room: `2345-67${ALPHABET[n % 30]}${ALPHABET[n % 29]}`,
      });
    const startedMs = performance.now();
    const answers = await Promise.all(Array.from({ length: 100 }, (_, n) => guess(n)));
    // One a second comes back meanwhile.
    const most = 60 + Math.ceil((performance.now() - startedMs) / 1_000);
    const errors = answers.flatMap((answer) => (answer.type === 'error' ? [answer] : []));
    const refused = errors.filter(({ code }) => code === 'rate-limited');
    expect(errors).toHaveLength(100);
    expect(errors.filter(({ code }) => code === 'room-not-found').length).toBeLessThanOrEqual(most);
    expect(refused.length).toBeGreaterThanOrEqual(100 - most);
    for (const { retryAfterMs } of refused) expect(retryAfterMs).toBeGreaterThan(0);

    // Others are not asked to pay for it: not by name, and not those who mint.
    await guessers[0]!.request({ type: 'join', room: 'by-name' }, 'joined');
    await guessers[0]!.request({ type: 'join' }, 'joined');
  });
});

const ALPHABET = '23456789ABCDEFGHJKMNPQRSTUVWXYZ';
