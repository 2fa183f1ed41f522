import type { RoomId } from '@parley/protocol';
import type { RoomKey } from '../keys.ts';
import type { LeaveReason } from '../envelope.ts';
import { LIMITS } from '../limits.ts';
import type { RoomDirectory, RoomSnapshot } from '../ports/directory.ts';
import type { JoinWish } from '../room-commands.ts';
import { Rooms } from '../rooms.ts';
import { Puppet } from './puppet.ts';
import { AWAY_MS, type Ground, World } from './world.ts';

export const STAGE = 'stage' as RoomId;
export const KEY = 'main/stage' as RoomKey;
export const LIFE_MS = AWAY_MS + LIMITS.lifeBeyondResumeMs;

/** A node with its rooms, and one member. */
export interface Place {
  readonly ground: Ground;
  readonly rooms: Rooms;
  readonly member: Puppet;
  /** The members that were about to take a seat, in order. */
  readonly entered: Puppet[];
}

/** Three nodes, with one member each. */
export async function start(more: Partial<JoinWish> = {}) {
  const world = new World();
  const [alice, bob, carol] = [
    await place(world, 'alice'),
    await place(world, 'bob'),
    await place(world, 'carol'),
  ];
  await world.clock.advance(LIMITS.beatIntervalMs);
  const everybody = [alice, bob, carol];

  async function settle<T>(doing: Promise<T>): Promise<T> {
    doing.catch(() => {});
    await world.clock.advance(10);
    return doing;
  }
  return {
    world,
    alice,
    bob,
    carol,
    everybody,
    settle,
    join: ({ rooms, member }: Place) => settle(rooms.join(member, wish(more, member))),
    leave: ({ rooms, member }: Place, reason: LeaveReason) =>
      settle(Promise.race([rooms.leave(member, KEY, reason), world.clock.advance(300)])),
    /** The member's socket is gone. */
    drop: ({ rooms, member }: Place) => {
      member.ended = true;
      return settle(rooms.away(member, KEY));
    },
    /** A later session of the member's life takes its seat over at this place, and is told how the room stands. */
    resume: async ({ rooms }: Place, member: Puppet) => {
      const isTaken = await settle(rooms.resume(member, STAGE));
      const own = rooms.seatOf(member, KEY);
      if (own) own.announce = undefined;
      return isTaken;
    },
  };
}

/** The next session of the same life. */
export function later(member: Puppet, at = 2): Puppet {
  const next = new Puppet(member.peer, at);
  return Object.assign(next, { instance: member.instance });
}

async function place(world: World, name: string): Promise<Place> {
  const ground = await world.ground(`node-of-${name}`).start();
  const { node, membership, streams, writer, clock, random, metrics, gate, news } = ground;
  const entered: Puppet[] = [];
  const rooms = new Rooms({
    node,
    membership,
    streams,
    writer,
    clock,
    random,
    metrics,
    directory: gate.over<RoomDirectory>(world.directory.rooms),
    lifeMs: LIFE_MS,
    renewalMs: LIMITS.renewalIntervalMs,
    resumeWindowMs: AWAY_MS,
    entering: async (member) => void entered.push(member as Puppet),
    asked() {},
    read() {},
    settled() {},
    closed() {},
  });
  news.room = (envelope, late) => rooms.happened(envelope, late);
  return { ground, rooms, member: new Puppet(name), entered };
}

export function wish(more: Partial<JoinWish> = {}, member?: Puppet): JoinWish {
  return {
    room: STAGE,
    meta: undefined,
    capacity: 16,
    mode: 'may-create',
    announce: (view, seat) => member?.send({ type: 'joined', ...view.describe(seat) }),
    ...more,
  };
}

/** Something happened of which nobody knows what. */
export const foreignEvent = (from: string, tag: string) =>
  ({ kind: 'room', n: 0, sentAtMs: 0, room: KEY, from, tag, event: { kind: 'changed' } }) as const;

/** The room as the directory has it, seen by one who changes nothing. */
export async function roomOf({ directory }: World, key = KEY): Promise<RoomSnapshot> {
  const { room } = await directory.rooms.assert({
    key,
    node: 'onlooker' as Ground['node'],
    facts: { epoch: '9', capacity: 2, code: false },
    seats: [],
    lifeMs: 1,
    reading: { lostUntilMs: 0, lost: [], awayMs: AWAY_MS, mercyUntilMs: 0 },
    notAfterMs: Infinity,
  });
  return room;
}

/** Who sits there, in the order of their joining. */
export const seated = async (world: World): Promise<string[]> =>
  (await roomOf(world)).seats.map(({ peer }) => peer);
