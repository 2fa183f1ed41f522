import { isDeepStrictEqual } from 'node:util';
import type { NodeId, PeerId } from '@parley/protocol';
import type { RoomKey } from '../keys.ts';
import {
  type AssertAnswer,
  type JoinAnswer,
  type JoinRequest,
  type OwnSeat,
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
import { bareFacts, emptyRoom, roomEndMs, type RoomRecord, snapshotOf, withoutEnded } from './room-record.ts';

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

    const found = this.#read(key, request.lost);
    const there = found?.seats.get(seat.peer)?.holder;
    if (there && there.fence > seat.fence) return { outcome: 'superseded' };
    if (found && there?.fence === seat.fence) {
      found.seats.set(seat.peer, { holder: there, untilMs: nowMs + lifeMs });
      return { outcome: 'joined', ...this.#keep(key, found, found.tag) };
    }

    if (found && request.mode === 'must-be-new') return { outcome: 'taken' };
    if (!found && request.mode === 'must-exist') return { outcome: 'absent' };
    const room = found ?? this.#roomFor(request);
    if (room.facts.door?.includes(seat.peer) === false) return { outcome: 'not-at-the-door' };
    if (!there && room.seats.size >= room.facts.capacity) return { outcome: 'full' };

    room.lastJoinedAt = nextInOrder(nowMs, room.lastJoinedAt);
    const holder = { ...bareClaim(seat), node, joinedAt: room.lastJoinedAt };
    room.seats.set(seat.peer, { holder, untilMs: nowMs + lifeMs });
    return { outcome: 'joined', ...this.#keep(key, room, found?.tag ?? '', 'changed') };
  }

  async leave({ key, peer, fence }: SeatRef): Promise<SeatAnswer> {
    const room = this.#read(key);
    if (room?.seats.get(peer)?.holder.fence !== fence) return { outcome: 'absent' };
    room.seats.delete(peer);
    return { outcome: 'changed', ...this.#keep(key, room, room.tag, 'changed') };
  }

  async update({ key, peer, fence }: SeatRef, meta: string | undefined): Promise<SeatAnswer> {
    const room = this.#read(key);
    const place = room?.seats.get(peer);
    if (!room || place?.holder.fence !== fence) return { outcome: 'absent' };
    if (place.holder.meta === meta) return { outcome: 'changed', ...this.#keep(key, room, room.tag) };
    const { meta: _, ...rest } = place.holder;
    room.seats.set(peer, { ...place, holder: { ...rest, ...(meta !== undefined && { meta }) } });
    return { outcome: 'changed', ...this.#keep(key, room, room.tag, 'changed') };
  }

  async assert({
    key,
    facts,
    node,
    seats,
    codeLifeMs,
    lifeMs,
    lost,
    notAfterMs,
  }: SeatsAssertion): Promise<AssertAnswer> {
    if (this.#nowMs() > notAfterMs) throw new Unavailable('the assertion came too late');
    const found = this.#read(key, lost);
    const from = found ? (this.records.get(key)?.tag ?? '') : '';
    const room = found ?? emptyRoom(facts);
    let hasChanged = facts.epoch < room.facts.epoch;
    if (hasChanged) room.facts = bareFacts(facts);
    if (codeLifeMs !== undefined && facts.epoch === room.facts.epoch)
      room.goodUntilMs = Math.max(room.goodUntilMs, this.#nowMs() + codeLifeMs);
    if (removeGhosts(room, node, seats)) hasChanged = true;

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

  /** A copy of the room without what has ended. `undefined`: there is no such room, or none any more. */
  #read(key: RoomKey, lost: readonly NodeId[] = []): RoomRecord | undefined {
    const kept = this.records.get(key);
    const room = kept && withoutEnded(kept, this.#nowMs(), lost, () => this.#newTag());
    return room && roomEndMs(room) > this.#nowMs() ? room : undefined;
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

/** Removes the seats that claim to be at `node` and are not; tells whether there were any. */
function removeGhosts(room: RoomRecord, node: NodeId, seats: readonly OwnSeat[]): boolean {
  const own = new Set(seats.map(({ peer }) => peer));
  const ghosts = [...room.seats.values()].filter(
    ({ holder }) => holder.node === node && !own.has(holder.peer),
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
