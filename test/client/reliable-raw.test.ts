import type { Outgoing } from '@parley/protocol';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';

import {
  Exchange,
  Inbox,
  openConnection,
  openParley,
  Outbox,
  type PeerWire,
  RemotePeer,
} from '@parley/client/testing';
import type { RawClient } from '../support/client.ts';
import { connecting } from '../support/clients.ts';
import { startServerHere, type ClusterNode } from '../support/cluster.ts';
import { until } from '../support/until.ts';
import { heardFrom, otherIn, type Guest } from './support/guests.ts';
import { webSocket } from './support/lines.ts';

let node: ClusterNode;
beforeAll(async () => {
  node = await startServerHere();
});
afterAll(() => node.stop());
const toClose: Guest[] = [];
afterEach(() => {
  vi.restoreAllMocks();
  for (const guest of toClose.splice(0)) guest.close();
});
const rawClient = connecting(() => node.url);

type SignalMessage = Extract<Outgoing, { type: 'signal' }>;

/** The SDK and a client that says what the test says, in one room. */
async function meet() {
  const wires: PeerWire[] = [];
  const sdk = await openParley(node.url, { webSocket }, openConnection, (wire) => {
    wires.push(wire);
    return new RemotePeer(wire);
  });
  toClose.push(sdk);
  const room = await sdk.create();
  const raw = await rawClient();
  const joined = await raw.request({ type: 'join', room: room.code }, 'joined');
  const peer = await otherIn(room);
  const undeliverable: unknown[] = [];
  peer.on('undeliverable', (what) => undeliverable.push(what));
  const address = { type: 'signal', room: room.code, to: sdk.id, toInstance: joined.peers[0]!.instance };
  return {
    sdk,
    room,
    raw,
    peer,
    wire: wires[0]!,
    undeliverable,
    heard: heardFrom(peer),
    /** The raw client says something, with these counters or without. */
    say: (members: object) => raw.send({ ...address, ...members }),
    signals: () => signalsTo(raw),
    /** Waits for the SDK to acknowledge exactly so much, alone or not. */
    acknowledged: (upTo: number) =>
      until(`ack ${upTo}`, () => signalsTo(raw).some(({ ack }) => ack === upTo), 5_000),
    words: () => signalsTo(raw).flatMap(({ custom, seq }) => (custom === undefined ? [] : [[seq, custom]])),
  };
}

function signalsTo(raw: RawClient): SignalMessage[] {
  return raw.received.filter((message) => message.type === 'signal');
}

/** What the specification demands, by what a raw client does; each fails if what it relies on is broken. */
const cases: Record<string, { readonly run: () => Promise<void>; readonly sabotage: () => void }> = {
  'says hello within 200 ms': {
    async run() {
      const { acknowledged, signals } = await meet();
      await acknowledged(0);
      expect(signals()[0]).toMatchObject({ ack: 0 });
      expect(signals()[0]).not.toHaveProperty('seq');
    },
    sabotage: () => vi.spyOn(Exchange.prototype, 'acknowledge').mockImplementation(() => {}),
  },
  'says again in order, with the old numbers, what was not acknowledged': {
    async run() {
      const { peer, say, words } = await meet();
      say({ ack: 0 });
      for (const word of ['a', 'b', 'c']) peer.signal(word);
      await until('the first time', () => words().length === 3);
      say({ ack: 1 });
      await until('the second time', () => words().length >= 5, 5_000);
      expect(words()).toEqual([
        [1, 'a'],
        [2, 'b'],
        [3, 'c'],
        [2, 'b'],
        [3, 'c'],
      ]);
      say({ ack: 3 });
    },
    sabotage: () => vi.spyOn(Outbox.prototype, 'again').mockImplementation(() => {}),
  },
  'keeps what is unacknowledged within a window': {
    async run() {
      const { peer, say, words, heard } = await meet();
      say({ seq: 1, ack: 0, custom: 'I count' });
      await until('it to know', () => heard.length === 1);
      for (let word = 1; word <= 100; word++) peer.signal(word);
      await until('the window', () => words().length >= 64);
      say({ ack: 10 });
      await until('the next ten', () => words().length >= 74);
      expect(words().map(([seq]) => seq)).toEqual(Array.from({ length: 74 }, (_, index) => index + 1));
    },
    sabotage: () => vi.spyOn(Outbox.prototype, 'hear').mockReturnValue(false),
  },
  'hands on once what comes twice, and acknowledges it again': {
    async run() {
      const { say, heard, acknowledged, signals } = await meet();
      say({ seq: 1, ack: 0, custom: 'one' });
      await acknowledged(1);
      const before = signals().length;
      say({ seq: 1, ack: 0, custom: 'one' });
      await until('another ack', () => signals().length > before && signals().at(-1)?.ack === 1, 5_000);
      expect(heard).toEqual(['one']);
    },
    sabotage: takeAsItComes,
  },
  'hands on in order what comes in disorder': {
    async run() {
      const { say, heard, acknowledged } = await meet();
      say({ seq: 3, ack: 0, custom: 'three' });
      say({ seq: 2, ack: 0, custom: 'two' });
      await acknowledged(0);
      expect(heard).toEqual([]);
      say({ seq: 1, ack: 0, custom: 'one' });
      await acknowledged(3);
      expect(heard).toEqual(['one', 'two', 'three']);
    },
    sabotage: takeAsItComes,
  },
  'counts a number with nothing under it, and hands on nothing': {
    async run() {
      const { say, heard, acknowledged } = await meet();
      say({ seq: 1, ack: 0, custom: 'one' });
      say({ seq: 3, ack: 0, custom: 'three' });
      await acknowledged(1);
      expect(heard).toEqual(['one']);
      say({ seq: 2, ack: 0 });
      await acknowledged(3);
      expect(heard).toEqual(['one', 'three']);
    },
    sabotage: () => {
      const { value: take } = Object.getOwnPropertyDescriptor(Inbox.prototype, 'take') as { value: Take };
      vi.spyOn(Inbox.prototype, 'take').mockImplementation(function (this: Inbox<unknown>, seq, item) {
        return item === undefined ? [] : take.call(this, seq, item);
      });
    },
  },
  'sends the number alone when the node refuses what was under it': {
    async run() {
      const { peer, wire, say, words, signals, undeliverable } = await meet();
      say({ ack: 0 });
      const nonsense = { description: { type: 'offer', sdp: 'nonsense' } } as const;
      peer.signal('a');
      wire.send(nonsense);
      peer.signal('c');
      const hasCome = (number: number) => signals().some(({ seq }) => seq === number);
      await until('all three numbers', () => [1, 2, 3].every(hasCome));
      expect(signals().find(({ seq }) => seq === 2)).not.toHaveProperty('description');
      expect(words().slice(0, 2)).toEqual([
        [1, 'a'],
        [3, 'c'],
      ]);
      expect(undeliverable).toEqual([{ signal: nonsense, reason: 'bad-message' }]);
    },
    sabotage: () => vi.spyOn(Outbox.prototype, 'giveUp').mockReturnValue(true),
  },
  'says nothing twice to a plain client, and hands on all it says': {
    async run() {
      const { peer, say, words, heard, undeliverable, room, raw } = await meet();
      for (let time = 0; time < 2; time++) say({ custom: 'plain' });
      for (const word of ['a', 'b', 'c']) peer.signal(word);
      await until('all of it', () => words().length >= 3 && heard.length >= 2);
      // Longer than it would wait for an acknowledgement; nothing marks the end of what must not come.
      await until('a while', () => performance.now() - started > 3_000, 5_000);
      expect(words()).toEqual([
        [1, 'a'],
        [2, 'b'],
        [3, 'c'],
      ]);
      expect(heard).toEqual(['plain', 'plain']);
      await raw.close();
      await until('it to be gone', () => room.peers.size === 0);
      expect(undeliverable).toEqual([]);
    },
    sabotage: () =>
      vi.spyOn(Outbox.prototype, 'hear').mockImplementation(function (this: Outbox) {
        this.counts = true;
        return false;
      }),
  },
  'tells what a counting peer did not acknowledge before it left': {
    async run() {
      const { peer, say, words, raw, undeliverable } = await meet();
      say({ ack: 0 });
      for (const word of ['a', 'b', 'c']) peer.signal(word);
      await until('all of it', () => words().length === 3);
      say({ ack: 2 });
      await raw.close();
      await until('the news', () => undeliverable.length > 0, 3_000);
      expect(undeliverable).toEqual([{ signal: { custom: 'c' }, reason: 'left' }]);
    },
    sabotage: () => vi.spyOn(Outbox.prototype, 'giveUpAll').mockReturnValue([]),
  },
};

type Take = Inbox<unknown>['take'];

let started = 0;

describe('towards a raw client, the SDK', () => {
  it.each(Object.keys(cases))('%s', async (name) => {
    started = performance.now();
    await expect(cases[name]!.run()).resolves.toBeUndefined();
  });

  it.each(Object.keys(cases))('does not, with a fault planted where it %s', async (name) => {
    started = performance.now();
    cases[name]!.sabotage();

    await expect(cases[name]!.run()).rejects.toThrow(/./);
  });
});

/** Has the SDK hand on whatever comes, however often and in whatever order. */
function takeAsItComes() {
  return vi.spyOn(Inbox.prototype, 'take').mockImplementation(function (this: Inbox<unknown>, seq, item) {
    this.upTo = seq;
    return [item];
  });
}
