import type { PeerId } from '@parley/protocol';
import { afterEach, describe, expect, it } from 'vitest';
import type { NodeOptions } from './options.ts';
import type { IceGrant, IceServers } from './ports/ice.ts';
import { back, joined, start, welcomeOf } from './testing/coming-back.ts';
import { expectProtocol, two } from './testing/node.ts';
import type { TestNode } from './testing/cluster.ts';
import type { FakeSocket } from './testing/fake-socket.ts';

afterEach(expectProtocol);

/** Grants that can be told apart, and for whom each was. */
class CountingIce implements IceServers {
  readonly granted: PeerId[] = [];
  readonly #life: Pick<IceGrant, 'expiresInMs'>;

  constructor(life: Pick<IceGrant, 'expiresInMs'> = { expiresInMs: 60_000 }) {
    this.#life = life;
  }

  serversFor(peer: PeerId): IceGrant {
    const username = `${this.granted.push(peer)}:${peer}`;
    return { iceServers: [{ urls: ['turn:turn.example'], username, credential: 'c' }], ...this.#life };
  }
}

const countedBy = (node: TestNode) => (node.ice = new CountingIce());

describe('ICE servers', () => {
  it('stand in the welcome, for the very peer that it names, with the time they are good for', async () => {
    const { a } = await two();
    const { granted } = countedBy(a);
    const { peer, iceServers, iceExpiresInMs } = welcomeOf(await a.connect('guest'));
    expect(granted).toEqual([peer]);
    expect(iceServers).toMatchObject([{ username: `1:${peer}` }]);
    expect(iceExpiresInMs).toBe(60_000);
  });

  it('are granted to nobody who was refused', async () => {
    const { a } = await two();
    const { granted } = countedBy(a);
    await a.connect('expired-alice');
    await expect(a.connect('!')).rejects.toThrow('401');
    expect(granted).toEqual([]);
  });

  it('are granted anew by each request, to who asks', async () => {
    const { a } = await two();
    countedBy(a);
    const alice = await a.connect('alice');
    for (const id of [1, 2]) {
      alice.say({ type: 'ice', id });
      expect(alice.last('ice-servers')).toMatchObject({
        re: id,
        iceServers: [{ username: `${id + 1}:alice` }],
        expiresInMs: 60_000,
      });
    }
  });

  it('have no time where nothing of them expires', async () => {
    const { a } = await two();
    a.ice = new CountingIce({});
    const alice = await a.connect('alice');
    alice.say({ type: 'ice' });
    expect(welcomeOf(alice)).not.toHaveProperty('iceExpiresInMs');
    expect(alice.last('ice-servers')).not.toHaveProperty('expiresInMs');
    expect(alice.last('ice-servers')).not.toHaveProperty('re');
  });

  it('are fresh in the welcome of who comes back, and for the same peer', async () => {
    const { cluster, a, b } = await start();
    for (const node of [a, b]) countedBy(node);
    const { peer, resume } = welcomeOf(await joined(cluster, a, 'guest'));
    countedBy(b).serversFor(peer);
    const again = welcomeOf(await back(cluster, b, 'guest', resume));
    expect(again).toMatchObject({ resumed: true, peer, iceServers: [{ username: `2:${peer}` }] });
  });

  it('are granted no more often than a session may change something', async () => {
    const { a } = await two({ budgets: { ...NO_BUDGETS, changesPerMinute: 2 } });
    const { granted } = countedBy(a);
    const alice = await a.connect('alice');
    askFiveTimes(alice);
    expect(granted).toHaveLength(1 + 2);
    expect(alice.last('error')).toMatchObject({ re: 5, code: 'rate-limited' });
    expect(alice.last('error')?.retryAfterMs).toBeGreaterThan(0);
  });

  it('are granted as often as one asks where that is not limited', async () => {
    const { a } = await two({ budgets: NO_BUDGETS });
    const { granted } = countedBy(a);
    askFiveTimes(await a.connect('alice'));
    expect(granted).toHaveLength(1 + 5);
  });
});

function askFiveTimes(socket: FakeSocket): void {
  for (let id = 1; id <= 5; id += 1) socket.say({ type: 'ice', id });
}

const NO_BUDGETS: NodeOptions['budgets'] = {
  burst: 0,
  perSecond: 0,
  burstBytes: 0,
  bytesPerSecond: 0,
  changesPerMinute: 0,
};
