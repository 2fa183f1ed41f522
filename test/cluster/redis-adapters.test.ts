import {
  DIRECTORY_TIMEOUT_MS,
  fenceOf,
  LIMITER_TIMEOUT_MAX_MS,
  LIMITER_TIMEOUT_MS,
  peerKey,
  roomKey,
  systemClock,
  Unavailable,
  type Envelope,
  type JoinRequest,
  type PeerClaim,
  type SeatClaim,
  type SecretHash,
} from '@parley/core';
import type { InstanceId, NodeId, PeerId, Realm, RoomId, SessionId } from '@parley/protocol';
import { keysOf, type SharedPorts } from '@parley/redis';
import { Redis } from 'ioredis';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { startOwnRedis, uniquePrefix, type OwnRedis } from '../support/redis.ts';
import { until } from '../support/until.ts';
import { keysWithoutEnd } from '../support/redis-keys.ts';
import { connect } from './redis-subjects.ts';

const realm = 'main' as Realm;
const node = 'node-1' as NodeId;
const lifeMs = 60_000;

let redis: OwnRedis;
let ports: SharedPorts;
let prefix: string;
/** To look behind the adapters. */
let plain: Redis;

beforeEach(async () => {
  redis = await startOwnRedis();
  prefix = uniquePrefix();
  plain = new Redis(redis.url);
  plain.on('error', () => {}); // some of these tests end the Redis that it talks to
  ports = await connect(redis.url, node, prefix);
});

afterEach(async () => {
  plain.disconnect();
  await ports.close();
  await redis.stop();
});

describe('redis adapters: a frozen Redis', () => {
  it('gets no answer out of it: the directory says so within its time, the limiter within 150 ms', async () => {
    redis.pause();
    const asked = [
      timed(() => ports.directory.nodes.beat(row(), lifeMs)),
      timed(() => ports.directory.rooms.join(joinOf('stage', Infinity))),
      timed(() => ports.limiter.draw([once])),
      timed(() => ports.limiter.draw([once], LIMITER_TIMEOUT_MAX_MS)),
    ];
    const [beat, join, draw, patient] = await Promise.all(asked);

    for (const { failure } of [beat!, join!, draw!, patient!]) expect(failure).toBeInstanceOf(Unavailable);
    for (const { ms } of [beat!, join!]) expect(ms).toBeLessThan(DIRECTORY_TIMEOUT_MS + SLACK_MS);
    expect(draw!.ms).toBeLessThan(LIMITER_TIMEOUT_MS + SLACK_MS);
    expect(patient!.ms).toBeGreaterThan(LIMITER_TIMEOUT_MAX_MS - 2);
    expect(patient!.ms).toBeLessThan(LIMITER_TIMEOUT_MAX_MS + SLACK_MS);
  });

  it('decides when it thaws in time for those who can wait, and keeps what the others took without a decision', async () => {
    const patient = { ...once, subject: 'bob' };
    redis.pause();
    const decision = ports.limiter.draw([patient], LIMITER_TIMEOUT_MAX_MS);
    await expect(ports.limiter.draw([once])).rejects.toBeInstanceOf(Unavailable);
    redis.resume();

    expect(await decision).toEqual({ ok: true });
    expect(await ports.limiter.draw([once])).toMatchObject({ ok: false });
  });

  it('carries out after the thaw what it was asked before, but no join that came too late', async () => {
    const { nowMs } = await ports.directory.nodes.beat(row(), lifeMs);
    redis.pause();
    const late = ports.directory.rooms.join(joinOf('late', nowMs + 100));
    const inTime = ports.directory.rooms.join(joinOf('in-time', nowMs + 60_000));
    await expect(late).rejects.toBeInstanceOf(Unavailable);
    await expect(inTime).rejects.toBeInstanceOf(Unavailable);
    redis.resume();

    // The negative control: it was asked second, so the first one had its chance.
    await until('the join that was in time to be carried out', () => plain.exists(roomName('in-time')));
    expect(await plain.exists(roomName('late'))).toBe(0);
  });

  it('tells which envelopes could not be handed to it, and hears again after the thaw', async () => {
    const failed: Envelope[] = [];
    const heard: Envelope[] = [];
    await ports.bus.start({
      received: (_from, envelopes) => void heard.push(...envelopes),
      resubscribed() {},
      failed: (_to, envelopes) => void failed.push(...envelopes),
    });
    redis.pause();
    const [one, two] = [probe('one'), probe('two')];
    ports.bus.send(ports.bus.inbox, one);
    ports.bus.send(ports.bus.inbox, two);
    await until('the envelopes to fail', () => failed.length === 2);
    expect(failed).toEqual([one, two]);
    redis.resume();

    ports.bus.rebuild();
    await until('a probe to come back', () => {
      ports.bus.send(ports.bus.inbox, probe('after'));
      return heard.some((envelope) => envelope.kind === 'probe' && envelope.token === 'after');
    });
  });
});

describe('redis adapters: a large table of nodes', () => {
  it('is told in full, of more nodes than Lua can return at once', async () => {
    await ports.directory.nodes.beat(row(), lifeMs);
    const { nowMs } = await ports.directory.nodes.beat(row(), lifeMs);
    const rows = Array.from({ length: 4_500 }, (_, n) => [
      `row:other-${n}`,
      `1 alive ${Math.ceil(nowMs) + lifeMs} ${JSON.stringify({ ...row(), node: `other-${n}` })}`,
    ]);
    await plain.hset(keysOf(prefix).nodes, ...rows.flat());

    const { nodes } = await ports.directory.nodes.beat(row(), lifeMs);
    expect(nodes).toHaveLength(4_501);
    expect(new Set(nodes.map((each) => each.node)).size).toBe(4_501);
    expect(nodes.every(({ state }) => state === 'alive')).toBe(true);
  });
});

describe('redis adapters: a Redis that dies and comes back empty', () => {
  it('fails at once while it is gone, and goes on when it is back', async () => {
    const before = await ports.directory.nodes.beat(row(), lifeMs);
    const heard: Envelope[] = [];
    await ports.bus.start({
      received: (_from, envelopes) => void heard.push(...envelopes),
      resubscribed() {},
      failed() {},
    });
    await redis.crash();
    await until('the connection to be seen broken', () => ports.state().commands !== 'ready');
    const { failure, ms } = await timed(() => ports.directory.nodes.beat(row(), lifeMs));
    expect(failure).toBeInstanceOf(Unavailable);
    expect(ms).toBeLessThan(SLACK_MS);

    await redis.restartEmpty();
    const after = await until('a beat', () => ports.directory.nodes.beat(row(), lifeMs));
    expect(after.table).not.toBe(before.table);
    await until('the own inbox to be heard', () => {
      ports.bus.send(ports.bus.inbox, probe('again'));
      return heard.length > 0;
    });
  });
});

describe('redis adapters: a full Redis', () => {
  it('refuses new joins and mail, and goes on with beats, claims, assertions, going away, coming back and leaving', async () => {
    const { directory } = ports;
    const stage = joinOf('stage', Infinity);
    const joined = await directory.rooms.join(stage);
    if (joined.outcome !== 'joined') throw new Error(joined.outcome);
    const { key, seat } = stage;
    const ann = peerOf(seat);
    await directory.peers.away({ ...ann, rooms: [] }, lifeMs);
    expect(await directory.peers.put(signalFor(ann))).toMatchObject({ outcome: 'kept' });
    await plain.config('SET', 'maxmemory', '1');

    await expect(directory.rooms.join(joinOf('other', Infinity))).rejects.toBeInstanceOf(Unavailable);
    expect(await directory.peers.put(signalFor(ann))).toEqual({ outcome: 'full' });
    await directory.nodes.beat(row(), lifeMs);
    expect(await directory.peers.claim(comebackOf(ann))).toMatchObject({ outcome: 'resumed', mail: [{}] });
    await directory.peers.confirm(ann.key, ann.fence);
    await directory.peers.abandon(ann.key, ann.fence, lifeMs);
    expect(await plain.hget(keysOf(prefix).peer(ann.key), 'away')).not.toBe('0');
    expect(await directory.peers.assert({ ...ann, rooms: [] }, reading, Infinity)).toBe('asserted');
    expect(await directory.peers.away({ ...ann, rooms: [] }, lifeMs)).toBe('away');
    expect(await directory.rooms.away({ key, ...seat }, lifeMs, lifeMs)).toMatchObject({
      outcome: 'changed',
    });
    expect(await directory.rooms.resume({ key, node, seat, lifeMs, reading })).toMatchObject({
      outcome: 'changed',
    });
    const own = joined.room.seats;
    const answer = await directory.rooms.assert({
      key,
      facts: joined.room,
      node,
      seats: own,
      lifeMs,
      reading,
      notAfterMs: Infinity,
    });
    expect(answer.room.seats).toEqual(own);
    expect(await directory.rooms.leave({ key, ...seat })).toMatchObject({ outcome: 'changed' });
    await directory.peers.bye(ann.key, ann.fence);
    expect(await directory.peers.assert({ ...ann, rooms: [] }, reading, Infinity)).toBe('superseded');
    expect(await directory.bans.ban(eve, lifeMs)).toMatchObject({ outcome: 'banned' });
    expect(await directory.bans.unban(eve)).toMatchObject({ outcome: 'unbanned' });
  });
});

describe('redis adapters: scripts', () => {
  it('are sent along when Redis has forgotten them', async () => {
    await plain.script('FLUSH');

    expect(await ports.directory.rooms.join(joinOf('stage', Infinity))).toMatchObject({ outcome: 'joined' });
    expect(await ports.limiter.draw([once])).toEqual({ ok: true });
    expect(await ports.directory.bans.ban(eve, lifeMs)).toMatchObject({ outcome: 'banned' });
  });

  it('leave alone what a later version has written', async () => {
    const request = joinOf('stage', Infinity);
    await ports.directory.rooms.join(request);
    await plain.hset(roomName('stage'), 'v', '2');

    await expect(ports.directory.rooms.leave({ key: request.key, ...request.seat })).rejects.toBeInstanceOf(
      Unavailable,
    );
    expect(await plain.hexists(roomName('stage'), 'seat:ann')).toBe(1);
  });

  it('write no key that would stay for ever, and the test would see one', async () => {
    await ports.directory.rooms.join(joinOf('stage', Infinity));
    expect(await keysWithoutEnd(plain, prefix)).toEqual([]);

    await plain.set(`${prefix}:planted`, '1');
    expect(await keysWithoutEnd(plain, prefix)).toEqual([`${prefix}:planted`]);
  });
});

describe('redis adapters: the start', () => {
  it('fails with one sentence where no Redis is', async () => {
    await redis.crash();
    const { failure } = await timed(() => connect(redis.url, 'node-2', prefix, 300));

    expect(String(failure)).toMatch(/^Error: Redis could not be reached within 300 ms: .*ECONNREFUSED/);
  });
});

/** What a busy machine may add. */
const SLACK_MS = 500;

/** A budget of one. */
const once = { limit: 'join', subject: 'ann', burst: 1, perMinute: 1 } as const;

const eve = { kind: 'user', subject: 'main/eve' } as const;

const probe = (token: string): Envelope => ({ kind: 'probe', token });

const FAR_MS = Number.MAX_SAFE_INTEGER;

const reading = { lost: [], lostUntilMs: 0, awayMs: lifeMs, mercyUntilMs: 0 };

const row = () => ({ node, inbox: ports.bus.inbox, version: '1.0.0', hears: true, sessions: {} });

const roomName = (room: string) => keysOf(prefix).room(roomKey(realm, room as RoomId));

function joinOf(room: string, notAfterMs: number): JoinRequest {
  const session = 'session-1' as SessionId;
  const claim = { instance: 'instance-1' as InstanceId, session, fence: fenceOf(1, session) };
  return {
    key: roomKey(realm, room as RoomId),
    node,
    seat: { peer: 'ann' as PeerId, ...claim },
    capacity: 2,
    mode: 'may-create',
    lifeMs,
    reading,
    notAfterMs: Math.min(notAfterMs, FAR_MS),
  };
}

/** What its node says of the peer of a seat. */
function peerOf({ peer, ...session }: SeatClaim) {
  const secret = 'secret' as SecretHash;
  return { key: peerKey(realm, peer), node, ...session, lifeMs, proven: secret, offered: secret };
}

type Peer = ReturnType<typeof peerOf>;

const signalFor = ({ key, instance }: Peer) => ({ key, instance, text: '{}', reading, notAfterMs: FAR_MS });

/** The same session's own claim, repeated: it continues a life of which it has the secret. */
function comebackOf(peer: Peer): PeerClaim {
  const comeback = { as: 'resume', presented: peer.proven } as const;
  const instance = 'instance-2' as InstanceId;
  return { ...peer, instance, comeback, isFixed: false, reading, notAfterMs: FAR_MS };
}

/** How a call ended, and how long that took. */
async function timed(call: () => Promise<unknown>): Promise<{ failure: unknown; ms: number }> {
  const startedMs = systemClock.nowMs();
  const failure = await call().then(
    () => undefined,
    (error: unknown) => error,
  );
  return { failure, ms: systemClock.nowMs() - startedMs };
}
