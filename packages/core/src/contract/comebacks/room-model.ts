import type { NodeId, PeerId } from '@parley/protocol';
import type {
  JoinAnswer,
  JoinRequest,
  LeaveRequest,
  OwnSeat,
  Reading,
  ResumeRequest,
  SeatClaim,
  SeatRef,
} from '../../ports/directory.ts';
import { after, exactly, hasCome, laterOf, type Span } from './span.ts';

/** A seat as it is expected; `joinedAt` is what the directory said when it was taken. */
export interface ModelSeat extends SeatClaim {
  readonly node: NodeId;
  readonly joinedAt: number | undefined;
  readonly awayUntil: Span | undefined;
  readonly until: Span;
}

/** Who sits in one room, as simply as it can be said; every method answers what a directory has to answer. */
export class RoomModel {
  #now: Span = exactly(0);
  #capacity = 0;
  readonly seats = new Map<PeerId, ModelSeat>();
  /** Whether the last question found that somebody had lapsed, was away for too long, or sat at a lost node. */
  hasFound = false;

  /** To be said before each of the others. @throws Unclear */
  passTo(now: Span): void {
    this.#now = now;
    const { size } = this.seats;
    this.#keepThose(({ until }) => !hasCome(until, now));
    this.hasFound = this.seats.size < size;
  }

  join({ node, seat, capacity, lifeMs, reading }: JoinRequest): JoinAnswer['outcome'] {
    const found = this.#asRead(reading);
    const there = found.get(seat.peer);
    if (there && there.fence > seat.fence) return 'superseded';
    const isFull = found.size >= (found.size > 0 ? this.#capacity : capacity);
    if (!there && isFull) return this.#accept(found, 'full');
    if (found.size === 0) this.#capacity = capacity;
    this.#accept(found, 'joined');
    const isSameLife = there?.instance === seat.instance;
    const { session, fence } = seat;
    if (!there || !isSameLife) this.#seat({ ...seat, node, joinedAt: undefined }, lifeMs);
    else this.#seat({ ...there, session, fence, node, ...this.#metaOf(there, seat) }, lifeMs);
    return 'joined';
  }

  away(ref: SeatRef, awayMs: number, lifeMs: number): boolean {
    const seat = this.#meant(ref);
    if (!seat) return false;
    this.seats.set(seat.peer, {
      ...seat,
      awayUntil: seat.awayUntil ?? after(this.#now, awayMs),
      until: after(this.#now, lifeMs),
    });
    return true;
  }

  resume({ node, seat, lifeMs, reading }: ResumeRequest): boolean {
    const found = this.#asRead(reading);
    const there = found.get(seat.peer);
    if (there?.instance !== seat.instance || there.fence > seat.fence) return false;
    this.#accept(found, 'changed');
    this.#seat({ ...there, node, session: seat.session, fence: seat.fence }, lifeMs);
    return true;
  }

  leave(ref: LeaveRequest): boolean {
    return this.#meant(ref) !== undefined && this.seats.delete(ref.peer);
  }

  update(ref: SeatRef, meta: string | undefined): boolean {
    const seat = this.#meant(ref);
    if (!seat) return false;
    const { meta: _, ...rest } = seat;
    this.seats.set(ref.peer, { ...rest, ...(meta !== undefined && { meta }) });
    return true;
  }

  /** Of the room that is there, or was the last one. Answers who is refused. */
  assert(
    node: NodeId,
    own: readonly OwnSeat[],
    capacity: number,
    lifeMs: number,
    reading: Reading,
  ): PeerId[] {
    this.#accept(this.#asRead(reading), 'asserted');
    if (this.seats.size === 0) this.#capacity = capacity;
    this.#keepThose(
      (seat) =>
        seat.node !== node || seat.awayUntil !== undefined || own.some(({ peer }) => peer === seat.peer),
    );
    const refused = own.filter((seat) => (this.seats.get(seat.peer)?.fence ?? '') > seat.fence);
    for (const seat of own) if (!refused.includes(seat)) this.#seat({ ...seat, node }, lifeMs);
    return refused.map(({ peer }) => peer);
  }

  /** The directory said when a seat was taken. */
  learn(peer: PeerId, joinedAt: number): void {
    const seat = this.seats.get(peer);
    if (seat && seat.joinedAt === undefined) this.seats.set(peer, { ...seat, joinedAt });
  }

  /** What a reading makes of the room, without the room being so as yet. */
  #asRead({ lost, awayMs, mercyUntilMs }: Reading): Map<PeerId, ModelSeat> {
    const found = new Map<PeerId, ModelSeat>();
    for (const [peer, seat] of this.seats) {
      const awayUntil = seat.awayUntil ?? (lost.includes(seat.node) ? after(this.#now, awayMs) : undefined);
      const isOver = awayUntil && hasCome(laterOf(awayUntil, exactly(mercyUntilMs)), this.#now);
      if (!isOver) found.set(peer, { ...seat, awayUntil });
      if (isOver || awayUntil !== seat.awayUntil) this.hasFound = true;
    }
    return found;
  }

  #accept<Outcome>(found: ReadonlyMap<PeerId, ModelSeat>, outcome: Outcome): Outcome {
    this.seats.clear();
    for (const [peer, seat] of found) this.seats.set(peer, seat);
    return outcome;
  }

  #keepThose(stays: (seat: ModelSeat) => boolean): void {
    for (const seat of this.seats.values()) if (!stays(seat)) this.seats.delete(seat.peer);
  }

  #seat(seat: Omit<ModelSeat, 'until' | 'awayUntil'>, lifeMs: number): void {
    this.seats.set(seat.peer, { ...seat, awayUntil: undefined, until: after(this.#now, lifeMs) });
  }

  /** A session that has the seat already changes nothing by joining again; a later one may say something else of itself. */
  #metaOf(there: ModelSeat, { fence, meta }: SeatClaim): Pick<SeatClaim, 'meta'> {
    return there.fence !== fence && meta !== undefined ? { meta } : {};
  }

  #meant({ peer, fence, earlier }: LeaveRequest): ModelSeat | undefined {
    const seat = this.seats.get(peer);
    return seat && (earlier ? seat.fence < fence : seat.fence === fence) ? seat : undefined;
  }
}
