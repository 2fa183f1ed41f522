import { describe, expect, it } from 'vitest';
import type { PeerId, QueueName, RoomId } from '@parley/protocol';
import { directoryContract, FakeClock, SeededRandom } from '../contract/index.ts';
import { keyOf, peerAssertionOf, peerClaimOf, putOf } from '../contract/peer-samples.ts';
import {
  claimOf,
  enqueue,
  fenceAt,
  join,
  joinOf,
  LONG_MS,
  look,
  NODE_1,
  NODE_2,
  peersIn,
  REALM,
  rowOf,
} from '../contract/samples.ts';
import { queueKey, roomKey } from '../keys.ts';
import { MemoryDirectory } from './directory.ts';

const START_MS = 1_700_000_000_000;

function freshDirectory(startMs = START_MS) {
  const clock = new FakeClock(startMs);
  return { clock, directory: new MemoryDirectory({ clock, random: new SeededRandom(1) }) };
}

directoryContract('memory', async () => {
  const { clock, directory } = freshDirectory();
  return { directory, advance: (ms) => clock.advance(ms), close: async () => {} };
});

directoryContract('memory, with a clock that counts fractions from when the process began', async () => {
  const { clock, directory } = freshDirectory(86_400_000.12345679);
  return { directory, advance: (ms) => clock.advance(ms), close: async () => {} };
});

describe('memory directory: to the millisecond', () => {
  it('remembers a lost node, and one that said goodbye, for three minutes', async () => {
    const { clock, directory } = freshDirectory();
    const beat = async () => (await directory.nodes.beat(rowOf(NODE_2), 8_000)).nodes.length;
    await directory.nodes.beat(rowOf(NODE_1), 8_000);
    await directory.nodes.goodbye(NODE_1);
    await beat();
    await clock.advance(179_999);

    expect(await beat()).toBe(2);
    await clock.advance(1);
    expect(await beat()).toBe(1);
  });

  it('gives back the life of every row, however long the directory slept', async () => {
    const { clock, directory } = freshDirectory();
    await directory.nodes.beat(rowOf(NODE_1), 8_000);
    await directory.nodes.beat(rowOf(NODE_2), 8_000);
    await clock.advance(3_600_000);

    const { nodes } = await directory.nodes.beat(rowOf(NODE_2), 8_000);
    expect(nodes.map(({ state }) => state)).toEqual(['alive', 'alive']);
  });

  it('refuses for sixty seconds what is not later than a bye', async () => {
    const { clock, directory } = freshDirectory();
    const key = keyOf('ann');
    const claim = async () => (await directory.peers.claim(peerClaimOf('ann'))).outcome;
    await directory.peers.bye(key, fenceAt('ann'));
    await clock.advance(59_999);

    expect(await claim()).toBe('superseded');
    await clock.advance(1);
    expect(await claim()).toBe('claimed');
  });

  it('keeps a peer that is away until the very end of its window, and mail so long', async () => {
    const { clock, directory } = freshDirectory();
    await directory.peers.away(peerAssertionOf('ann', { lifeMs: 10_000 }), 5_000);
    await clock.advance(4_999);

    expect(await directory.peers.put(putOf('ann', 'hi'))).toEqual({ outcome: 'kept', forMs: 1 });
    await clock.advance(1);
    expect(await directory.peers.put(putOf('ann', 'hi'))).toEqual({ outcome: 'gone' });
  });

  it('remembers a complete match for thirty seconds', async () => {
    const { clock, directory } = freshDirectory();
    const key = queueKey(REALM, 2, 'chess' as QueueName);
    await enqueue(directory, 'ann', { key });
    await enqueue(directory, 'bob', { key });
    const confirm = () => directory.queues.confirm(key, 'm1', ['ann' as PeerId, 'bob' as PeerId]);
    await confirm();
    await clock.advance(29_999);

    expect((await confirm())?.complete).toBe(true);
    await clock.advance(1);
    expect(await confirm()).toBeUndefined();
  });

  it('lets a command be executed at its very last moment', async () => {
    const { clock, directory } = freshDirectory();

    expect((await directory.rooms.join(joinOf('ann', { notAfterMs: clock.nowMs() - 1 }))).outcome).toBe(
      'late',
    );
    expect((await directory.rooms.join(joinOf('ann', { notAfterMs: clock.nowMs() }))).outcome).toBe('joined');
  });
});

describe('memory directory: for tests', () => {
  it('forgets everything, the table too', async () => {
    const { directory } = freshDirectory();
    const before = await directory.nodes.beat(rowOf(NODE_1), LONG_MS);
    await join(directory, 'ann');
    directory.forgetForTesting();

    const after = await directory.nodes.beat(rowOf(NODE_2), LONG_MS);
    expect(after.table).not.toBe(before.table);
    expect(after.nodes).toHaveLength(1);
    expect((await look(directory)).tag).toBe('');
  });

  it('goes back to what it was, as often as wanted', async () => {
    const { directory } = freshDirectory();
    const first = await directory.nodes.beat(rowOf(NODE_1), LONG_MS);
    const { room } = await join(directory, 'ann');
    const then = directory.snapshotForTesting();

    for (const peer of ['bob', 'cat']) {
      await join(directory, peer);
      expect(peersIn(await look(directory))).toEqual(['ann', peer]);
      const second = await directory.nodes.beat(rowOf(NODE_2), LONG_MS);
      expect(second.table).toBe(first.table);
      expect(second.beats).toBe(first.beats + 1);
      directory.restoreForTesting(then);
      expect(await look(directory)).toEqual(room);
    }
  });

  it('does not grow: what nobody asks for again is swept out by other calls', async () => {
    const { clock, directory } = freshDirectory();
    const lifeMs = 1_000;
    for (let n = 0; n < 500; n += 1) {
      const peer = `peer-${n}`;
      await directory.nodes.beat(rowOf(`node-${n}` as typeof NODE_1), 8_000);
      await directory.peers.claim(peerClaimOf(peer, { lifeMs }));
      await directory.peers.away(peerAssertionOf(peer, { lifeMs }), lifeMs);
      await directory.peers.put(putOf(peer, 'a signal'));
      await directory.peers.bye(keyOf(peer), fenceAt(peer));
      await join(directory, peer, { key: roomKey(REALM, `room-${n}` as RoomId), lifeMs });
      await enqueue(directory, peer, { key: queueKey(REALM, 2, `queue-${n}` as QueueName), lifeMs });
      await directory.bans.ban({ kind: 'peer', subject: `main/${peer}` }, lifeMs);
      await clock.advance(1_000);
    }

    const stored = storedIn(directory);
    expect(stored.nodes).toBeLessThanOrEqual(8 + 180);
    expect(stored.peers).toBeLessThanOrEqual(60 + 11);
    expect(stored.rooms).toBeLessThanOrEqual(1 + 11);
    expect(stored.queues).toBeLessThanOrEqual(1 + 11);
    expect(stored.bans).toBeLessThanOrEqual(1);
    await clock.advance(200_000);
    expect(directory.sizesForTesting()).toEqual({ nodes: 0, peers: 0, rooms: 0, queues: 0, bans: 0 });
  });

  it('keeps what it was told and not the object that told it', async () => {
    const { directory } = freshDirectory();
    const door = ['ann' as PeerId];
    const sloppy = { ...claimOf('ann'), socket: 'a whole socket' };
    const { room } = await join(directory, 'ann', { seat: sloppy, door });
    door.push('eve' as PeerId);

    expect(room.seats[0]).not.toHaveProperty('socket');
    expect((await look(directory)).door).toEqual(['ann']);
    expect((await directory.rooms.join(joinOf('eve'))).outcome).toBe('not-at-the-door');
  });
});

/** What really takes memory, swept or not. */
function storedIn(directory: MemoryDirectory) {
  const { nodes, peers, rooms, queues, bans } = directory.snapshotForTesting();
  const rows = nodes?.rows.size ?? 0;
  return { nodes: rows, peers: peers.size, rooms: rooms.size, queues: queues.size, bans: bans.records.size };
}
