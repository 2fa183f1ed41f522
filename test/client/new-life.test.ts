import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';

import { startCluster, type Cluster } from '../support/cluster.ts';
import { until } from '../support/until.ts';
import { guests, heardFrom, otherIn, type GuestRoom } from './support/guests.ts';
import { Tunnel } from './support/tunnel.ts';

const connect = guests();
let cluster: Cluster;
let tunnel: Tunnel;
beforeAll(async () => {
  cluster = await startCluster(1, { PARLEY_RESUME_WINDOW_MS: '300' });
});
afterEach(() => tunnel.stop());
afterAll(() => cluster.stop());

describe('who comes back after the server has forgotten it', () => {
  it('begins with the first number, and so do the others with it', async () => {
    tunnel = await Tunnel.to(cluster.nodes[0]!);
    const [ann, ben] = [await connect(cluster.url(0)), await connect(tunnel.url)];
    const hers = await ann.join('hall');
    const his = await ben.join('hall');
    await expectTalk(hers, his, 'before');
    const { id } = ben;
    tunnel.sever();
    await until('him to be gone', () => hers.peers.size === 0);
    tunnel.mend();
    await until('him to be somebody else', () => ben.id !== id && his.peers.size === 1);
    await expectTalk(hers, his, 'after');
  });
});

/** Each says a few words to the other, who hears just these. */
async function expectTalk(hers: GuestRoom, his: GuestRoom, when: string): Promise<void> {
  const words = [`${when} 1`, `${when} 2`, `${when} 3`];
  const both = await Promise.all([otherIn(hers), otherIn(his)]);
  const heard = both.map(heardFrom);
  for (const peer of both) for (const word of words) peer.signal(word);
  await until('every word', () => expect(heard).toEqual([words, words]) ?? true);
}
