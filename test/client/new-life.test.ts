import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';

import { WireMemories } from '@parley/client/testing';
import { startCluster, type Cluster } from '../support/cluster.ts';
import { until } from '../support/until.ts';
import { guests, heardFrom, otherIn, type GuestRoom } from './support/guests.ts';
import { Tunnel } from './support/tunnel.ts';

const connect = guests();
let cluster: Cluster;
let tunnel: Tunnel;
beforeAll(async () => {
  cluster = await startCluster(1, { PARLEY_RESUME_WINDOW_MS: '1000' });
});
afterEach(async () => {
  vi.restoreAllMocks();
  await tunnel.stop();
});
afterAll(() => cluster.stop());

describe('who comes back after the server has forgotten it', () => {
  it('begins with the first number, and so do the others with it', async () => {
    const rooms = await comeBackAsSomebodyElse();
    await expectTalk(...rooms);
  });

  it('is not heard if it remembers former numbers', async () => {
    vi.spyOn(WireMemories.prototype, 'forget').mockImplementation(() => {});
    const rooms = await comeBackAsSomebodyElse();
    const { heard } = await talk(...rooms);
    await expect(until('a word', () => heard[0]!.length > 0, 1_500)).rejects.toThrow('a word');
  });
});

/** Two talk, one is away for too long, and is there again; answers their rooms. */
async function comeBackAsSomebodyElse(): Promise<readonly [GuestRoom, GuestRoom]> {
  tunnel = await Tunnel.to(cluster.nodes[0]!);
  const [ann, ben] = [await connect(cluster.url(0)), await connect(tunnel.url)];
  const hers = await ann.create();
  const his = await ben.join(hers.code);
  await expectTalk(hers, his);
  await expectTalk(hers, his); // which acknowledges the first words
  const { id } = ben;
  tunnel.sever();
  await until('him to be gone', () => hers.peers.size === 0);
  tunnel.mend();
  await until('him to be somebody else', () => ben.id !== id && hers.peers.size + his.peers.size === 2);
  return [hers, his];
}

async function expectTalk(...rooms: readonly [GuestRoom, GuestRoom]): Promise<void> {
  const { said, heard } = await talk(...rooms);
  await until('every word', () => heard.flat().length === said.flat().length);
  expect(heard).toEqual(said);
}

/** Each says a few words to the other; answers what, and what is heard of it from now on. */
async function talk(...rooms: readonly [GuestRoom, GuestRoom]) {
  const words = ['one', 'two', 'three'];
  const peers = await Promise.all(rooms.map(otherIn));
  const heard = peers.map(heardFrom);
  for (const peer of peers) for (const word of words) peer.signal(word);
  return { said: [words, words], heard };
}
