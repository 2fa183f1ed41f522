import { isDeepStrictEqual } from 'node:util';
import type { NodeId, PeerId } from '@parley/protocol';
import type { RoomKey } from '../keys.ts';
import {
  type AssertAnswer,
  type JoinAnswer,
  type JoinRequest,
  type LeaveRequest,
  type OwnSeat,
  type Reading,
  type ResumeRequest,
  type RoomDirectory,
  type Seat,
  type SeatAnswer,
  type SeatRef,
  type SeatsAssertion,
  Unavailable,
} from '../ports/directory.ts';
import type { World } from './directory.ts';
import { Lapsing } from './lapsing.ts';
import { bareClaim, nextInOrder } from './places.ts';
import {
  asFound,
  bareFacts,
  emptyRoom,
  meant,
  roomEndMs,
  type RoomRecord,
  seatOfLater,
  snapshotOf,
  withMeta,
} from './room-record.ts';

export class MemoryRooms implements RoomDirectory {
  readonly #world: World;
  readonly records: Lapsing<RoomKey, RoomRecord>;

  constructor(world: World) {
    this.#world = world;
    this.records = new Lapsing(world.clock, roomEndMs);
  }

  async join(request: JoinRequest): Promise<JoinAnswer> {
    const { key, node, seat, lifeMs } = request;
    const nowMs = this.#nowMs();
    if (nowMs > request.notAfterMs) return { outcome: 'late' };

    const found = this.#read(key, request.reading);
    const there = found?.seats.get(seat.peer)?.holder;
    if (there && there.fence > seat.fence) return { outcome: 'superseded' };
    if (found && there?.fence === seat.fence)
      return { outcome: 'joined', ...this.#seat(key, found, seatOfLater(there, request), lifeMs) };

    if (found && request.mode === 'must-be-new') return { outcome: 'taken' };
    if (!found && request.mode === 'must-exist') return { outcome: 'absent' };
    if (found && there?.instance === seat.instance) {
      const goesOn = withMeta(seatOfLater(there, request), seat.meta ?? there.meta);
      return { outcome: 'joined', ...this.#seat(key, found, goesOn, lifeMs) };
    }
    const room = found ?? this.#roomFor(request);
    if (room.facts.door?.includes(seat.peer) === false) return { outcome: 'not-at-the-door' };
    if (!there && room.seats.size >= room.facts.capacity) {
      // What was found stays found: the windows of those who were seen to be away have begun.
      this.records.set(key, room);
      return { outcome: 'full' };
    }

    room.lastJoinedAt = nextInOrder(nowMs, room.lastJoinedAt);
    const holder = { ...bareClaim(seat), node, joinedAt: room.lastJoinedAt };
    room.seats.set(seat.peer, { holder, untilMs: nowMs + lifeMs });
    return { outcome: 'joined', ...this.#keep(key, room, found?.tag ?? '', 'changed') };
  }

  async leave(ref: LeaveRequest): Promise<SeatAnswer> {
    const room = this.#read(ref.key);
    if (!room || !meant(room, ref)) return { outcome: 'absent' };
    room.seats.delete(ref.peer);
    return { outcome: 'changed', ...this.#keep(ref.key, room, room.tag, 'changed') };
  }

  async update(ref: SeatRef, meta: string | undefined): Promise<SeatAnswer> {
    const room = this.#read(ref.key);
    const place = meant(room, ref);
    if (!room || !place) return { outcome: 'absent' };
    const hasChanged = place.holder.meta !== meta && 'changed';
    room.seats.set(ref.peer, { ...place, holder: withMeta(place.holder, meta) });
    return { outcome: 'changed', ...this.#keep(ref.key, room, room.tag, hasChanged) };
  }

  async away(ref: SeatRef, awayMs: number, lifeMs: number): Promise<SeatAnswer> {
    const room = this.#read(ref.key);
    const there = meant(room, ref)?.holder;
    if (!room || !there) return { outcome: 'absent' };
    const awayUntilMs = there.awayUntilMs ?? this.#nowMs() + awayMs;
    return { outcome: 'changed', ...this.#seat(ref.key, room, { ...there, awayUntilMs }, lifeMs) };
  }

  async resume(request: ResumeRequest): Promise<SeatAnswer> {
    const { key, seat, lifeMs } = request;
    const room = this.#read(key, request.reading);
    const there = room?.seats.get(seat.peer)?.holder;
    if (!room || there?.instance !== seat.instance || there.fence > seat.fence) return { outcome: 'absent' };
    return { outcome: 'changed', ...this.#seat(key, room, seatOfLater(there, request), lifeMs) };
  }

  async assert({
    key,
    facts,
    node,
    seats,
    spared = [],
    codeLifeMs,
    lifeMs,
    reading,
    notAfterMs,
  }: SeatsAssertion): Promise<AssertAnswer> {
    if (this.#nowMs() > notAfterMs) throw new Unavailable('the assertion came too late');
    const found = this.#read(key, reading);
    const from = found ? (this.records.get(key)?.tag ?? '') : '';
    const room = found ?? emptyRoom(facts);
    let hasChanged = facts.epoch < room.facts.epoch;
    if (hasChanged) room.facts = bareFacts(facts);
    if (codeLifeMs !== undefined && facts.epoch === room.facts.epoch)
      room.goodUntilMs = Math.max(room.goodUntilMs, this.#nowMs() + codeLifeMs);
    if (removeGhosts(room, node, [...seats.map(({ peer }) => peer), ...spared])) hasChanged = true;

    const refused: PeerId[] = [];
    const isThisRoom = facts.epoch === room.facts.epoch;
    for (const seat of seats.toSorted((a, b) => a.joinedAt - b.joinedAt)) {
      const there = room.seats.get(seat.peer)?.holder;
      const isFull = !isThisRoom && room.seats.size >= room.facts.capacity;
      if (there ? there.fence > seat.fence : isFull) {
        refused.push(seat.peer);
        continue;
      }
      const holder = putBack(room, node, seat);
      room.seats.set(seat.peer, { holder, untilMs: this.#nowMs() + lifeMs });
      if (!isDeepStrictEqual(holder, there)) hasChanged = true;
    }
    return { ...this.#keep(key, room, from, hasChanged && 'changed'), refused };
  }

  /** A copy of the room as it is by now, see {@link asFound}. `undefined`: there is no such room, or none any more. */
  #read(key: RoomKey, reading?: Reading): RoomRecord | undefined {
    const kept = this.records.get(key);
    const room = kept && asFound(kept, this.#nowMs(), reading, () => this.#newTag());
    return room && roomEndMs(room) > this.#nowMs() ? room : undefined;
  }

  /** Keeps a seat that was there already, as it is now, for another life. */
  #seat(key: RoomKey, room: RoomRecord, holder: Seat, lifeMs: number) {
    const hasChanged = !isDeepStrictEqual(holder, room.seats.get(holder.peer)?.holder) && 'changed';
    room.seats.set(holder.peer, { holder, untilMs: this.#nowMs() + lifeMs });
    return this.#keep(key, room, room.tag, hasChanged);
  }

  #keep(key: RoomKey, room: RoomRecord, from: string, changed: 'changed' | false = false) {
    if (changed) room.tag = this.#newTag();
    this.records.set(key, room);
    return { from, room: snapshotOf(key, room, this.#nowMs()) };
  }

  #roomFor({ capacity, codeLifeMs, door }: JoinRequest): RoomRecord {
    const nowMs = this.#nowMs();
    const epoch = `${Math.floor(Math.max(0, nowMs) * 1_000)
      .toString()
      .padStart(16, '0')}.${this.#newTag()}`;
    const code = codeLifeMs !== undefined;
    return emptyRoom({ epoch, capacity, code, ...(door && { door }) }, code ? nowMs + codeLifeMs : undefined);
  }

  #newTag(): string {
    return this.#world.random.id().slice(0, 16);
  }

  #nowMs(): number {
    return this.#world.clock.nowMs();
  }
}

/** Removes the seats that claim to be here, at `node`, and are not; tells whether there were any. */
function removeGhosts(room: RoomRecord, node: NodeId, known: readonly PeerId[]): boolean {
  const own = new Set(known);
  const ghosts = [...room.seats.values()].filter(
    ({ holder }) => holder.node === node && holder.awayUntilMs === undefined && !own.has(holder.peer),
  );
  for (const { holder } of ghosts) room.seats.delete(holder.peer);
  return ghosts.length > 0;
}

/**
 * The seat as its node asserts it, at the very place its node gives it, though another may have that by now: whoever was told
 * who is the later of two must stay right.
 */
function putBack(room: RoomRecord, node: NodeId, seat: OwnSeat): Seat {
  room.lastJoinedAt = Math.max(room.lastJoinedAt, seat.joinedAt);
  return { ...bareClaim(seat), node, joinedAt: seat.joinedAt };
}
