import type { InstanceId, NodeId, PeerId, RoomId } from '@parley/protocol';
import type { LeaveReason, RoomEnvelope, RoomEvent } from './envelope.ts';
import type { Parting } from './farewell.ts';
import { type RoomKey, roomOf } from './keys.ts';
import { LIMITS } from './limits.ts';
import { claimOf, type Member } from './member.ts';
import type { Membership } from './membership.ts';
import type { Clock, Random } from './ports/clock.ts';
import {
  type AssertAnswer,
  type JoinAnswer,
  type JoinRequest,
  NOT_AFTER_MS,
  type RoomChange,
  type RoomDirectory,
  type RoomSnapshot,
  type Seat,
  type SeatAnswer,
  Unavailable,
} from './ports/directory.ts';
import type { Metrics } from './ports/metrics.ts';
import { announceNow, type OwnSeat, type RoomView } from './room-view.ts';
import type { Streams } from './streams.ts';
import type { Writer } from './writer.ts';

export interface JoinWish extends Pick<JoinRequest, 'capacity' | 'mode' | 'codeLifeMs' | 'door'> {
  readonly room: RoomId;
  /** JSON text. */
  readonly meta: string | undefined;
  /** Wait for so many to be there before it is announced; not for ever. */
  readonly announceAt?: number;
  /** Called once the member has its seat, before it hears anything of what happens in the room. */
  announce(view: RoomView, seat: Seat, codeExpiresInMs: number | undefined): void;
}

/** `recovering`: the directory has lost its data, and the room may only not be back yet. */
export type JoinOutcome = JoinAnswer['outcome'] | 'recovering';

export interface RoomsOptions {
  readonly node: NodeId;
  readonly directory: RoomDirectory;
  readonly membership: Membership;
  readonly streams: Streams;
  readonly writer: Writer;
  readonly clock: Clock;
  readonly random: Random;
  readonly metrics: Metrics;
  readonly lifeMs: number;
  readonly renewalMs: number;
  readonly resumeWindowMs: number;
  /** A member is about to take a seat: the directory is to know, so that it finds the room again when it comes back. */
  entering(member: Member): Promise<void>;
  /** The directory is being asked for a room. */
  asked(key: RoomKey): void;
  /** It has answered. */
  read(key: RoomKey): void;
  /** A room changed, or was found unchanged: what waits for it can be judged. */
  settled(key: RoomKey): void;
  /** Nobody of this node sits in this room any more. */
  closed(key: RoomKey): void;
}

/** What the commands need of the rooms they are part of. */
export interface RoomKeeper {
  get(key: RoomKey): RoomView | undefined;
  seatOf(member: Member, key: RoomKey): OwnSeat | undefined;
  leave(member: Member, key: RoomKey, reason: LeaveReason): Promise<void>;
  part(member: Member, key: RoomKey, parting: Parting): Promise<void>;
  /** The room is to be read again now. */
  repair(key: RoomKey): void;
  /** The room is to be asserted in the ordinary time. */
  plan(key: RoomKey): void;
  /** The room is to be asserted soon after `afterMs`. */
  soon(key: RoomKey, afterMs: number): void;
}

/**
 * What this node says to the directory about a room, and what the answers do to its view. Each runs alone for its room: the
 * writer sees to that. All reject with `Unavailable`, and then nothing has changed here.
 */
export class RoomCommands {
  readonly #options: RoomsOptions;
  readonly #rooms: RoomKeeper;

  constructor(options: RoomsOptions, rooms: RoomKeeper) {
    this.#options = options;
    this.#rooms = rooms;
  }

  /** Takes a seat for who has none. */
  async take(view: RoomView, member: Member, wish: JoinWish): Promise<JoinOutcome> {
    const { directory, node, membership, lifeMs } = this.#options;
    const guarded = wish.mode === 'may-create' && !wish.door && membership.recovering;
    const answer = await directory.join({
      key: view.key,
      node,
      seat: claimOf(member, wish.meta),
      capacity: wish.capacity,
      mode: guarded ? 'must-exist' : wish.mode,
      ...(wish.codeLifeMs !== undefined && { codeLifeMs: wish.codeLifeMs }),
      ...(wish.door && { door: wish.door }),
      lifeMs,
      reading: membership.reading(lifeMs),
      notAfterMs: membership.nowMs() + NOT_AFTER_MS,
    });
    if (answer.outcome === 'joined') this.#seat(view, member, answer, wish);
    return answer.outcome === 'absent' && guarded ? 'recovering' : answer.outcome;
  }

  /** Who sits already joins again: the seat is asserted, never taken anew, for its place in the order must not change. */
  async keep(view: RoomView, member: Member, wish: JoinWish): Promise<JoinOutcome> {
    const answer = await this.assert(view);
    const own = this.#rooms.seatOf(member, view.key);
    if (!own) return 'full';
    wish.announce(view, own.seat, answer?.room.codeExpiresInMs);
    return 'joined';
  }

  #seat(view: RoomView, member: Member, answer: RoomChange, wish: JoinWish): void {
    const found = answer.room.seats.find(({ peer }) => peer === member.peer);
    if (!found) return;
    const seat = this.#asOwn(found, member, wish.meta);
    const seats = answer.room.seats.map((one) => (one === found ? seat : one));
    this.#change(view, { ...answer, room: { ...answer.room, seats } }, { kind: 'joined', seat });
    const announce = () => wish.announce(view, seat, answer.room.codeExpiresInMs);
    const own: OwnSeat = { member, seat, announce, announceAt: wish.announceAt ?? 0 };
    view.own.set(member.peer, own);
    member.rooms.add(view.key);
    // Nobody has told it that it sits there: it will not come back for this seat.
    if (member.ended) void this.#rooms.leave(member, view.key, 'lost');
    if (own.announceAt > 0) this.#options.clock.after(LIMITS.matchConfirmMs, () => announceNow(own));
    this.#rooms.plan(view.key);
    this.settle(view);
  }

  /** Takes over the seat of the session that this member continues; it hears of nothing before it is announced. `false`: there is none. */
  async resume(view: RoomView, member: Member): Promise<boolean> {
    const { directory, node, membership, lifeMs } = this.#options;
    const answer = await directory.resume({
      key: view.key,
      node,
      seat: claimOf(member, undefined),
      lifeMs,
      reading: membership.reading(lifeMs),
    });
    const found = answer.outcome === 'changed' && answer.room.seats.find(({ peer }) => peer === member.peer);
    if (!found) return false;
    const seat = this.#asOwn(found, member, found.meta);
    view.own.set(member.peer, { member, seat, announce: () => {}, announceAt: Infinity });
    member.rooms.add(view.key);
    this.#change(view, retold(answer), { kind: 'back', seat });
    if (member.ended) void this.#rooms.part(member, view.key, member.parting);
    this.#rooms.plan(view.key);
    return true;
  }

  /** `false`: there is no such seat any more. */
  async update(view: RoomView, { peer, fence }: Member, meta: string | undefined): Promise<boolean> {
    const answer = await this.#options.directory.update({ key: view.key, peer, fence }, meta);
    if (answer.outcome === 'absent') return false;
    const seat = this.#adopt(view, peer, answer.room);
    this.#change(view, answer, seat ? { kind: 'updated', seat } : { kind: 'changed' });
    return true;
  }

  /** Gives a seat back; to be asked again until it is answered. */
  async release(member: Member, key: RoomKey, reason: LeaveReason): Promise<void> {
    const answer = await this.#options.directory.leave({ key, peer: member.peer, fence: member.fence });
    // Here, and not when the caller hears of it: by then the member may be about to sit there again.
    member.rooms.delete(key);
    this.#let(member, key, answer, leftFor(member, reason));
  }

  /** Leaves a seat waiting for its peer; to be asked again until it is answered. */
  async away(member: Member, key: RoomKey): Promise<void> {
    const { peer, fence } = member;
    const { directory, resumeWindowMs, lifeMs } = this.#options;
    const answer = await directory.away({ key, peer, fence }, resumeWindowMs, lifeMs);
    const seat = answer.outcome === 'changed' && answer.room.seats.find((there) => there.peer === peer);
    this.#let(member, key, answer, seat ? { kind: 'away', seat } : leftFor(member, 'lost'));
  }

  /** Gives back the seat of whoever had this peer before `member`; to be asked again until it is answered. */
  async vacate(member: Member, key: RoomKey, instance: InstanceId, reason: LeaveReason): Promise<void> {
    const { peer, fence } = member;
    const answer = await this.#options.directory.leave({ key, peer, fence, earlier: true });
    const event = { kind: 'left', peer, instance, reason } as const;
    if (answer.outcome === 'changed') this.#change(this.#rooms.get(key), answer, event, key);
  }

  /** The seat is not this member's any more. */
  #let(member: Member, key: RoomKey, answer: SeatAnswer, event: RoomEvent): void {
    const view = this.#rooms.get(key);
    if (view?.own.get(member.peer)?.member === member) view.own.delete(member.peer);
    if (answer.outcome === 'changed') this.#change(view, retold(answer), event, key);
    else if (view?.seats.get(member.peer)?.session === member.session) this.#recall(view, event);
  }

  /**
   * Something happened that this node cannot tell in step: the answer to its first attempt was lost, or others took it for
   * lost. So everybody reads again, here and at the nodes it knows of.
   */
  #recall(view: RoomView, event: RoomEvent): void {
    this.#tellNodes(view.key, view.seats.values(), { from: '', tag: '', event });
    view.noteReason(event);
    this.#rooms.repair(view.key);
  }

  /** Says what this node's seats in the room are, and takes over what the room is. `undefined`: nobody here sits there. */
  async assert(view: RoomView): Promise<AssertAnswer | undefined> {
    const { directory, node, membership, lifeMs, clock } = this.#options;
    if (!view.facts || view.own.size === 0) return undefined;
    const own = [...view.own.values()];
    // Somebody else may have their peers by now: first this node beats, and if it was lost, asks them whether they are still there.
    if (!membership.mayAssert || own.some(({ member }) => member.isDoubted && !member.ended))
      throw new Unavailable('others may have these peers by now', {
        neverHappened: true,
      });
    const seats = own
      .filter(({ leaving }) => !leaving)
      .map(({ member, seat }) => ({ ...claimOf(member, seat.meta), joinedAt: seat.joinedAt }));
    this.#options.asked(view.key);
    const answer = await directory.assert({
      key: view.key,
      facts: view.facts,
      node,
      seats,
      spared: own.filter(({ leaving }) => leaving).map(({ member }) => member.peer),
      lifeMs,
      reading: membership.reading(lifeMs),
      ...(view.facts.code && { codeLifeMs: Math.max(0, Math.floor(view.codeGoodUntilMs - clock.nowMs())) }),
      notAfterMs: membership.nowMs() + NOT_AFTER_MS,
    });
    if (answer.from === '' && seats.length > 0) {
      this.#options.metrics.restored('room');
      membership.foundLost();
    }
    for (const peer of view.own.keys()) {
      if (answer.refused.includes(peer)) this.#evict(view, peer, answer.room);
      else this.#adopt(view, peer, answer.room);
    }
    this.#options.read(view.key);
    this.#change(view, answer, { kind: 'changed' });
    return answer;
  }

  /** Takes over what the directory made of a seat of ours. */
  #adopt(view: RoomView, peer: PeerId, { seats }: RoomSnapshot): Seat | undefined {
    const own = view.own.get(peer);
    const seat = seats.find((there) => there.peer === peer && there.instance === own?.seat.instance);
    if (own && seat && !own.leaving) own.seat = this.#asOwn(seat, own.member, own.seat.meta);
    return seat;
  }

  /**
   * The same seat, in words that this node has anyway. Those of an answer are cut from it, and one of them keeps the whole of it
   * in memory for as long as somebody sits there.
   */
  #asOwn(seat: Seat, member: Member, meta: string | undefined): Seat {
    const { node } = this.#options;
    const isIts = seat.fence === member.fence && seat.instance === member.instance && seat.node === node;
    if (!isIts || seat.awayUntilMs !== undefined) return seat;
    return { node, joinedAt: seat.joinedAt, ...claimOf(member, seat.meta === meta ? meta : seat.meta) };
  }

  /** The directory has no place for a seat of ours: a later session has it, or the room was lost and others were quicker. */
  #evict(view: RoomView, peer: PeerId, { seats }: RoomSnapshot): void {
    const own = view.own.get(peer);
    if (!own) return;
    const { member } = own;
    own.announce = undefined;
    view.own.delete(peer);
    const isIn = member.rooms.delete(view.key);
    if (seats.some((seat) => seat.peer === peer)) {
      this.#options.metrics.fenced('seat');
      member.close('replaced');
    } else if (isIn && !own.leaving)
      member.send({ type: 'left', room: roomOf(view.key), reason: 'room-full' });
  }

  /** Tells the other nodes first, then the members here: whoever hears of it here may signal at once, on the same stream. */
  #change(view: RoomView | undefined, change: RoomChange, event: RoomEvent, key = view?.key): void {
    const { node, membership, clock } = this.#options;
    const { from, room } = change;
    if (key && from !== room.tag) this.#tellNodes(key, room.seats, { from, tag: room.tag, event });
    if (!view) return;
    view.noteReason(event);
    // Of a node that is unknown, too: the table was lost with everything else.
    const mayReturn = ({ node: at, awayUntilMs }: Seat) =>
      at !== node &&
      awayUntilMs === undefined &&
      membership.recovering &&
      ['alive', 'unknown'].includes(membership.state(at));
    view.codeGoodUntilMs = clock.nowMs() + (room.codeExpiresInMs ?? 0);
    view.become(room, mayReturn);
    if (!view.agreesWith(room)) this.#rooms.repair(view.key);
    if (membership.recovering) this.#rooms.soon(view.key, membership.recoveryMs);
    this.settle(view);
  }

  #tellNodes(key: RoomKey, seats: Iterable<Seat>, step: Pick<RoomEnvelope, 'from' | 'tag' | 'event'>): void {
    const others = new Set([...seats].map(({ node }) => node));
    others.delete(this.#options.node);
    for (const other of others) this.#options.streams.send(other, { kind: 'room', room: key, ...step });
  }

  /** Something of the room has changed: who waits for others may be told, what waits for the room may be judged. */
  settle(view: RoomView): void {
    for (const own of view.own.values())
      if (own.announce && view.seats.size >= own.announceAt) announceNow(own);
    this.#options.settled(view.key);
    const { nextEndMs } = view;
    if (nextEndMs === undefined) return;
    // Whether a window has really ended is for the directory to say.
    const { mercyUntilMs } = this.#options.membership;
    const leftMs = Math.max(nextEndMs, mercyUntilMs) - this.#options.membership.nowMs();
    this.#rooms.soon(view.key, Math.max(0, leftMs));
  }
}

const leftFor = ({ peer, instance }: Member, reason: LeaveReason): RoomEvent => ({
  kind: 'left',
  peer,
  instance,
  reason,
});

/**
 * Of what is asked until it is answered: nothing has changed, so it was an earlier attempt that did, and its answer was lost. Whoever
 * is not at that tag reads again.
 */
const retold = (change: RoomChange): RoomChange =>
  change.from === change.room.tag ? { ...change, from: '' } : change;
