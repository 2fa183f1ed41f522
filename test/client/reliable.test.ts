import type { SignalingPeer, Undeliverable } from '@parley/client/signaling';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';

import { Inbox, Outbox } from '@parley/client/testing';
import { startCluster, type Cluster } from '../support/cluster.ts';
import { startProcesses } from '../support/process-cluster.ts';
import { until } from '../support/until.ts';
import { guests, heardFrom, otherIn, type GuestRoom } from './support/guests.ts';
import { Tunnel } from './support/tunnel.ts';

const connect = guests();
const tunnels: Tunnel[] = [];
afterEach(async () => {
  vi.restoreAllMocks();
  await Promise.all(tunnels.splice(0).map((tunnel) => tunnel.stop()));
});

async function tunnelTo(node: { readonly port: number }): Promise<Tunnel> {
  const tunnel = await Tunnel.to(node);
  tunnels.push(tunnel);
  return tunnel;
}

/** Two on two lines, in one room, who have said hello. */
async function pair(near: Tunnel, far: Tunnel) {
  const [ann, ben] = [await connect(near.url), await connect(far.url)];
  const hers = await ann.create();
  const his = await ben.join(hers.code);
  const [toBen, toAnn] = [await otherIn(hers), await otherIn(his)];
  const speakers = [speaker(toBen, hers), speaker(toAnn, his)] as const;
  for (const { peer } of speakers) peer.signal('hello');
  await until('both to have met', () => speakers.every(({ heard }) => heard.length === 1));
  return speakers;
}

/** Says numbers, and keeps what it hears and what comes back. */
function speaker(peer: SignalingPeer, room: GuestRoom) {
  const heard = heardFrom(peer);
  const undeliverable: Undeliverable[] = [];
  peer.on('undeliverable', (what) => undeliverable.push(what));
  let said = 0;
  return { peer, room, heard, undeliverable, say: () => peer.signal(++said) };
}

type Speakers = Awaited<ReturnType<typeof pair>>;

/** Both speak, a word every few milliseconds, and `trouble` comes in between. */
async function speak(speakers: Speakers, words: number, trouble: (word: number) => void): Promise<void> {
  for (let word = 0; word < words; word++) {
    trouble(word);
    for (const { say } of speakers) say();
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}

const everyWord = (words: number) => ['hello', ...Array.from({ length: words }, (_, index) => index + 1)];

async function untilHeard(speakers: Speakers, words: number, deadlineMs = 60_000): Promise<void> {
  await until('every word', () => speakers.every(({ heard }) => heard.length >= words + 1), deadlineMs).catch(
    () => {},
  ); // what is missing is said better by what comes next
  for (const { heard, undeliverable } of speakers) {
    expect(heard).toEqual(everyWord(words));
    expect(undeliverable).toEqual([]);
  }
}

describe('two of the SDK', () => {
  let cluster: Cluster;
  beforeAll(async () => {
    cluster = await startCluster(2);
  });
  afterAll(() => cluster.stop());

  const lines = () => Promise.all([tunnelTo(cluster.nodes[0]!), tunnelTo(cluster.nodes[1]!)]);

  it('hear each word once and in order while their sockets break', async () => {
    const [near, far] = await lines();
    const speakers = await pair(near, far);
    await speak(speakers, 300, (word) => {
      if (word % 40 === 10) near.drop();
      if (word % 60 === 30) far.drop();
    });
    await untilHeard(speakers, 300);
  });

  it('hear each word once and in order when what was delivered went into a dead socket', async () => {
    const [near, far] = await lines();
    const speakers = await pair(near, far);
    await speak(speakers, 100, (word) => {
      if (word === 30) far.freeze(); // it looks alive, and nothing comes out
    });
    far.drop();
    await untilHeard(speakers, 100);
  });

  it('hear each word once and in order through another node', async () => {
    const [near, far] = await lines();
    const speakers = await pair(near, far);
    await speak(speakers, 200, (word) => {
      if (word % 50 !== 25) return;
      near.port = cluster.nodes[(word / 25) % 2 < 1 ? 0 : 1]!.port;
      near.drop();
    });
    await untilHeard(speakers, 200);
  });

  it('hear what was said while one was away, more than its mail can hold', async () => {
    const [near, far] = await lines();
    const speakers = await pair(near, far);
    far.sever();
    await until('him to be away', () => speakers[0].peer.isAway);
    for (let word = 0; word < 200; word++) speakers[0].say();
    far.mend();
    await until('all of it', () => speakers[1].heard.length >= 201, 30_000);

    expect(speakers[1].heard).toEqual(everyWord(200));
    expect(speakers[0].undeliverable).toEqual([]);
  });

  it('miss words when one says nothing again', async () => {
    const [near, far] = await lines();
    const speakers = await pair(near, far);
    vi.spyOn(Outbox.prototype, 'again').mockImplementation(() => {});
    await speak(speakers, 100, (word) => {
      if (word === 30) far.freeze();
    });
    far.drop();

    await expect(untilHeard(speakers, 100, 5_000)).rejects.toThrow('deeply equal');
  });

  it('hear words twice when one hands on what it has had', async () => {
    const [near, far] = await lines();
    const speakers = await pair(near, far);
    vi.spyOn(Inbox.prototype, 'take').mockImplementation(function (this: Inbox<unknown>, seq, item) {
      this.upTo = Math.max(this.upTo, seq);
      return [item];
    });
    await speak(speakers, 200, (word) => {
      if (word % 20 === 10) near.drop();
    });

    await expect(untilHeard(speakers, 200, 5_000)).rejects.toThrow('deeply equal');
  });
});

it('each word is heard once and in order when a node is killed', async () => {
  const cluster = await startProcesses(2);
  try {
    const [near, far] = [await tunnelTo(cluster.nodes[0]!), await tunnelTo(cluster.nodes[1]!)];
    const speakers = await pair(near, far);
    await speak(speakers, 200, (word) => {
      if (word !== 60) return;
      cluster.nodes[1]!.kill('SIGKILL');
      far.port = cluster.nodes[0]!.port;
    });
    await untilHeard(speakers, 200);
  } finally {
    await cluster.stop();
  }
});
