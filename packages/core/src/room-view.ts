import type { Outgoing, PeerId, RoomPeer, RoomSnapshot as WireSnapshot } from '@parley/protocol';
import type { LeaveReason, RoomEvent } from './envelope.ts';
import { roomOf, type RoomKey } from './keys.ts';
import type { Member } from './member.ts';
import { byJoining } from './seat-order.ts';
import type { RoomFacts, RoomSnapshot, Seat } from './ports/directory.ts';

/** A seat that one of this node's sessions holds. */
export interface OwnSeat {
  readonly member: Member;
  seat: Seat;
  /** Tells the member that it is in, and from then on what happens there. Absent: it has been told. */
  announce: (() => void) | undefined;
  /** Not before so many are there, if they come in time. */
  readonly announceAt: number;
  /** It gives the seat back, for this reason, or leaves it waiting, and hears nothing any more. */
  leaving?: LeaveReason | 'away';
}

/**
 * One room as this node knows it: a copy of the directory's, held while one of its own sessions sits there.
 *
 * It changes only by {@link become} and {@link apply}, and whatever the way, the members here hear of exactly the
 * difference: each peer that came, changed or went, once.
 */
export class RoomView {
  readonly key: RoomKey;
  readonly own = new Map<PeerId, OwnSeat>();
  /** The room's state that {@link seats} shows; `''` before the first answer. */
  tag = '';
  facts: RoomFacts | undefined;
  /** A code: until when it is good with nobody there, by this node's clock. */
  codeGoodUntilMs = 0;
  /** Commands for this room that are asked or waiting. */
  jobs = 0;
  /** One of them will read the room again. */
  repairQueued = false;
  #seats = new Map<PeerId, Seat>();
  /** Why somebody left, heard before the room is read again. */
  #reasons: Map<string, LeaveReason> | undefined;

  constructor(key: RoomKey) {
    this.key = key;
  }

  get seats(): ReadonlyMap<PeerId, Seat> {
    return this.#seats;
  }

  /** The seat this member holds and was told of. */
  seatOf(member: Member): OwnSeat | undefined {
    const own = this.own.get(member.peer);
    return own?.member === member && !own.leaving ? own : undefined;
  }

  /** Remembers why a peer left, for when the room is read again. */
  noteReason(event: RoomEvent): void {
    if (event.kind !== 'left') return;
    this.#reasons ??= new Map();
    this.#reasons.set(`${event.peer} ${event.instance}`, event.reason);
  }

  /**
   * Takes the room as the directory has it, and tells the members here what is different. Of its own seats this node is the
   * truth; another that is missing there stays while `keeps` says so: it may only not be back yet.
   */
  become(room: RoomSnapshot, keeps: (seat: Seat) => boolean): void {
    const seats = new Map(room.seats.map((seat) => [seat.peer, seat]));
    for (const [peer, seat] of this.#seats) if (!seats.has(peer) && keeps(seat)) seats.set(peer, seat);
    for (const { seat, leaving } of this.own.values()) {
      const there = seats.get(seat.peer);
      // What it lets go it does not hold on to.
      const isHeld = !leaving || (leaving === 'away' && there !== undefined);
      const isOurs = isHeld && (there?.fence ?? seat.fence) <= seat.fence;
      if (isOurs) seats.set(seat.peer, seat);
    }
    this.tag = room.tag;
    this.facts = {
      epoch: room.epoch,
      capacity: room.capacity,
      code: room.code,
      ...(room.door && { door: room.door }),
    };
    this.#replaceSeats(seats);
    this.#reasons = undefined;
  }

  /** Whether the directory has the seats of this node as this node has them. */
  agreesWith({ seats }: RoomSnapshot): boolean {
    const there = new Map(seats.map((seat) => [seat.peer, seat]));
    return [...this.own.values()].every(({ seat, leaving }) => {
      const known = there.get(seat.peer);
      return leaving !== undefined || (known !== undefined && isSameSeat(known, seat) && !isAway(known));
    });
  }

  /** Takes one step from the tag this view is at. */
  apply(event: Exclude<RoomEvent, { kind: 'changed' }>, tag: string): void {
    const seats = new Map(this.#seats);
    if (event.kind === 'left') seats.delete(event.peer);
    else seats.set(event.seat.peer, event.seat);
    this.noteReason(event);
    this.tag = tag;
    this.#replaceSeats(seats);
    this.#reasons = undefined;
  }

  /** These peers are away: this node knows, though the directory may not yet. */
  putAway(gone: (seat: Seat) => boolean, untilMs: number): void {
    const seats = new Map(this.#seats);
    for (const [peer, seat] of seats)
      if (gone(seat) && !isAway(seat)) seats.set(peer, { ...seat, awayUntilMs: untilMs });
    this.#replaceSeats(seats);
  }

  /** When the first window of those who are away ends, by the directory's time. */
  get nextEndMs(): number | undefined {
    const ends = [...this.#seats.values()].flatMap(({ awayUntilMs }) => awayUntilMs ?? []);
    return ends.length > 0 ? Math.min(...ends) : undefined;
  }

  /** The room as told to one of its members. */
  describe(to: Seat): WireSnapshot {
    const others = [...this.#seats.values()].filter(({ peer }) => peer !== to.peer).sort(byJoining);
    return {
      room: roomOf(this.key),
      capacity: this.facts?.capacity ?? 0,
      peers: others.map((seat) => describe(seat, to)),
    };
  }

  #replaceSeats(after: Map<PeerId, Seat>): void {
    const before = this.#seats;
    this.#seats = after;
    for (const [peer, seat] of before) {
      const now = after.get(peer);
      if (now && isSameSeat(now, seat)) continue;
      const reason =
        now && now.instance !== seat.instance
          ? 'replaced'
          : (this.#reasons?.get(`${peer} ${seat.instance}`) ?? 'lost');
      this.#tell(peer, () => ({ type: 'peer-left', room: roomOf(this.key), peer, reason }));
    }
    for (const seat of [...after.values()].sort(byJoining)) {
      const then = before.get(seat.peer);
      const room = roomOf(this.key);
      if (!then || !isSameSeat(then, seat)) {
        this.#tell(seat.peer, (to) => ({ type: 'peer-joined', room, ...describe(seat, to) }));
        continue;
      }
      const about = { room, peer: seat.peer };
      if (then.meta !== seat.meta)
        this.#tell(seat.peer, () => ({ type: 'peer-updated', ...about, ...metaOf(seat) }));
      if (isAway(then) !== isAway(seat))
        this.#tell(seat.peer, () => ({ type: isAway(seat) ? 'peer-away' : 'peer-back', ...about }));
    }
  }

  /** Tells every member here but the one it is about. */
  #tell(about: PeerId, message: (to: Seat) => Outgoing): void {
    for (const [peer, { member, seat, announce, leaving }] of this.own) {
      if (peer !== about && !announce && !leaving) member.send(message(seat));
    }
  }
}

/** Tells a member that still waits for others that it is in, if it has not been told. */
export function announceNow(own: OwnSeat): void {
  const { announce } = own;
  own.announce = undefined;
  announce?.();
}

/** Somebody who left and joined again sits on another seat, at another place in the order. */
const isSameSeat = (a: Seat, b: Seat) => a.instance === b.instance && a.joinedAt === b.joinedAt;

const isAway = ({ awayUntilMs }: Seat) => awayUntilMs !== undefined;

/** Of two seats, whose is the later: that peer is polite towards the other, and offers first. */
const isLater = (a: Seat, b: Seat) => byJoining(a, b) > 0;

function describe(seat: Seat, to: Seat): RoomPeer {
  return {
    peer: seat.peer,
    ...(seat.user && { user: seat.user }),
    instance: seat.instance,
    ...metaOf(seat),
    polite: isLater(to, seat),
    ...(isAway(seat) && { away: true }),
  };
}

const metaOf = ({ meta }: Seat) => (meta === undefined ? {} : { meta: JSON.parse(meta) });
