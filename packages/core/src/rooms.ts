import type { NodeId, PeerId, RoomId } from '@parley/protocol';
import type { LeaveReason, RoomEnvelope, RoomEvent } from './envelope.ts';
import { roomKey, type RoomKey } from './keys.ts';
import { LIMITS } from './limits.ts';
import { claimOf, type Member } from './member.ts';
import type { Membership } from './membership.ts';
import type { Clock, Random } from './ports/clock.ts';
import {
  type AssertAnswer,
  type JoinAnswer,
  type JoinRequest,
  type RoomChange,
  type RoomDirectory,
  type RoomSnapshot,
  type Seat,
  Unavailable,
} from './ports/directory.ts';
import type { Metrics } from './ports/metrics.ts';
import { type OwnSeat, RoomView } from './room-view.ts';
import { Renewals } from './renewals.ts';
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

/**
 * The rooms in which sessions of this node sit: what this node wishes them to be, asserted through the one writer, and what it
 * knows of the others in them.
 *
 * Every change of a room goes through the directory, and the node that made it tells the nodes of the other members, naming
 * the tag before and after. A node that is not at the tag before reads the room again; so it does with each renewal. Nobody
 * counts versions: a tag is the state, or it is not.
 */
export class Rooms {
  readonly #views = new Map<RoomKey, RoomView>();
  readonly #renewals: Renewals<RoomKey>;
  readonly #options: RoomsOptions;

  constructor(options: RoomsOptions) {
    this.#options = options;
    this.#renewals = new Renewals(options, (key) => this.repair(key));
  }

  get size(): number {
    return this.#views.size;
  }

  get(key: RoomKey): RoomView | undefined {
    return this.#views.get(key);
  }

  /** The seat this member holds and was told of. */
  seatOf(member: Member, key: RoomKey): OwnSeat | undefined {
    const own = this.#views.get(key)?.own.get(member.peer);
    return own?.member === member && !own.leaving ? own : undefined;
  }

  /** Rejects with {@link Unavailable}; then the wish is given up, and what may have come of it is undone. */
  async join(member: Member, wish: JoinWish): Promise<JoinOutcome> {
    const key = roomKey(member.realm, wish.room);
    const view = this.#open(key);
    member.rooms.set(key, wish.room);
    const outcome = await this.#ask(
      view,
      () => (this.seatOf(member, key) ? this.#sitOn(view, member, wish) : this.#sit(view, member, wish)),
      // Of a member that had its seat before, nothing is to be undone.
      () => (this.#holds(key, member) ? Promise.resolve() : this.#release(member, key, 'lost')),
    ).finally(() => {
      if (!this.#holds(key, member)) member.rooms.delete(key);
    });
    return outcome === 'late' ? Promise.reject(new Unavailable('the join came too late')) : outcome;
  }

  /** Gives a seat back, however long it takes; the member hears nothing of the room from now on. */
  leave(member: Member, key: RoomKey, reason: LeaveReason): Promise<void> {
    const view = this.#open(key);
    const own = view.own.get(member.peer);
    if (own?.member === member) own.leaving ??= reason;
    return this.#insist(view, () => this.#release(member, key, reason));
  }

  /** `false`: there is no such seat any more. Rejects with {@link Unavailable}. */
  async update(member: Member, key: RoomKey, meta: string | undefined): Promise<boolean> {
    const view = this.#open(key);
    return this.#ask(view, async () => {
      const answer = await this.#options.directory.update(
        { key, peer: member.peer, fence: member.fence },
        meta,
      );
      if (answer.outcome === 'absent') return false;
      const seat = this.#adopt(view, member.peer, answer.room);
      this.#change(view, answer, seat ? { kind: 'updated', seat } : { kind: 'changed' });
      return true;
    });
  }

  /** Asserts this node's seats in a room and reads it again, unless that is about to happen anyway. */
  repair(key: RoomKey): void {
    const view = this.#views.get(key);
    if (!view || view.repairQueued) return;
    view.repairQueued = true;
    this.#ask(view, () => {
      view.repairQueued = false;
      return this.#assert(view);
    }).then(
      () => this.#isOpen(view) && this.#renewals.plan(key),
      () => {
        view.repairQueued = false;
        if (this.#isOpen(view)) this.#renewals.retry(key);
      },
    );
  }

  /** Another node says what happened in a room. */
  happened({ room, from, tag, event }: RoomEnvelope, late: boolean): void {
    const view = this.#views.get(room);
    if (!view || view.tag === tag) return;
    const inStep = !late && event.kind !== 'changed' && from === view.tag && !this.#options.writer.busy(room);
    if (!inStep) {
      view.noteReason(event);
      this.#options.metrics.roomRepaired();
      this.repair(room);
      return;
    }
    view.apply(event, tag);
    this.#settle(view);
  }

  /** Everything that has seats of these nodes in it is read again: their seats go, or what they said was missed. */
  doubt(nodes: readonly NodeId[]): void {
    const doubted = new Set(nodes);
    for (const view of this.#views.values())
      if ([...view.seats.values()].some(({ node }) => doubted.has(node))) this.#renewals.soon(view.key);
  }

  /** Asserts everything, not all at once. */
  assertAll(): void {
    this.#renewals.all();
  }

  /** Announces a member that still waits for others: somebody already talks to it. */
  announceNow(own: OwnSeat): void {
    const { announce } = own;
    own.announce = undefined;
    announce?.();
  }

  stop(): void {
    this.#renewals.stop();
  }

  /** Keys whose renewal is set, for tests that look for leaks. */
  get renewalsForTesting(): number {
    return this.#renewals.size;
  }

  async #sit(view: RoomView, member: Member, wish: JoinWish): Promise<JoinOutcome> {
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
      lost: membership.ended(),
      notAfterMs: membership.nowMs() + NOT_AFTER_MS,
    });
    if (answer.outcome === 'joined') this.#seat(view, member, answer, wish);
    return answer.outcome === 'absent' && guarded ? 'recovering' : answer.outcome;
  }

  /** Who sits already joins again: the seat is asserted, never taken anew, for its place in the order must not change. */
  async #sitOn(view: RoomView, member: Member, wish: JoinWish): Promise<JoinOutcome> {
    const answer = await this.#assert(view);
    const own = this.seatOf(member, view.key);
    if (!own) return 'full';
    wish.announce(view, own.seat, answer?.room.codeExpiresInMs);
    return 'joined';
  }

  #seat(view: RoomView, member: Member, answer: RoomChange, wish: JoinWish): void {
    const seat = answer.room.seats.find(({ peer }) => peer === member.peer);
    if (!seat) return;
    this.#change(view, answer, { kind: 'joined', seat });
    const announce = () => wish.announce(view, seat, answer.room.codeExpiresInMs);
    const own: OwnSeat = { member, seat, announce, announceAt: wish.announceAt ?? 0 };
    view.own.set(member.peer, own);
    member.rooms.set(view.key, wish.room);
    if (member.ended) void this.leave(member, view.key, 'lost');
    if (own.announceAt > 0) this.#options.clock.after(LIMITS.matchConfirmMs, () => this.announceNow(own));
    this.#renewals.plan(view.key);
    this.#settle(view);
  }

  #holds(key: RoomKey, member: Member): boolean {
    return this.#views.get(key)?.own.get(member.peer)?.member === member;
  }

  async #release(member: Member, key: RoomKey, reason: LeaveReason): Promise<void> {
    const answer = await this.#options.directory.leave({ key, peer: member.peer, fence: member.fence });
    const view = this.#views.get(key);
    if (this.#holds(key, member)) view?.own.delete(member.peer);
    // Here, and not when the caller hears of it: by then the member may be about to sit there again.
    member.rooms.delete(key);
    const event = { kind: 'left', peer: member.peer, instance: member.instance, reason } as const;
    if (answer.outcome === 'changed') this.#change(view, answer, event, key);
    else if (view?.seats.get(member.peer)?.session === member.session) this.#recall(view, event);
  }

  /**
   * Something happened that this node cannot tell in step: the answer to its first attempt was lost, or others took it for
   * lost. So everybody reads again, here and at the nodes it knows of.
   */
  #recall(view: RoomView, event: RoomEvent): void {
    this.#tellNodes(view.key, view.seats.values(), { from: '', tag: '', event });
    view.noteReason(event);
    this.repair(view.key);
  }

  async #assert(view: RoomView): Promise<AssertAnswer | undefined> {
    const { directory, node, membership, lifeMs } = this.#options;
    if (!view.facts || view.own.size === 0) return undefined;
    this.#options.asked(view.key);
    const answer = await directory.assert({
      key: view.key,
      facts: view.facts,
      node,
      seats: [...view.own.values()].map(({ member, seat }) => ({
        ...claimOf(member, seat.meta),
        joinedAt: seat.joinedAt,
      })),
      lifeMs,
      lost: membership.ended(),
    });
    for (const peer of view.own.keys()) {
      if (answer.refused.includes(peer)) this.#evict(view, peer);
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
    if (own && seat) own.seat = seat;
    return seat;
  }

  /** The directory has no place for a seat of ours: the room was lost, and others were quicker. */
  #evict(view: RoomView, peer: PeerId): void {
    const own = view.own.get(peer);
    if (!own) return;
    view.own.delete(peer);
    const room = own.member.rooms.get(view.key);
    own.member.rooms.delete(view.key);
    if (room && !own.leaving) own.member.send({ type: 'left', room, reason: 'room-full' });
  }

  /** Tells the other nodes first, then the members here: whoever hears of it here may signal at once, on the same stream. */
  #change(view: RoomView | undefined, change: RoomChange, event: RoomEvent, key = view?.key): void {
    const { node, membership } = this.#options;
    const { from, room } = change;
    if (key && from !== room.tag) this.#tellNodes(key, room.seats, { from, tag: room.tag, event });
    if (!view) return;
    view.noteReason(event);
    // Of a node that is unknown, too: the table was lost with everything else.
    const mayReturn = ({ node: at }: Seat) =>
      at !== node && membership.recovering && ['alive', 'unknown'].includes(membership.state(at));
    view.become(room, mayReturn);
    if (!view.agreesWith(room)) this.repair(view.key);
    if (membership.recovering) this.#renewals.soon(view.key, membership.recoveryMs);
    this.#settle(view);
  }

  #tellNodes(key: RoomKey, seats: Iterable<Seat>, step: Pick<RoomEnvelope, 'from' | 'tag' | 'event'>): void {
    const others = new Set([...seats].map(({ node }) => node));
    others.delete(this.#options.node);
    for (const other of others) this.#options.streams.send(other, { kind: 'room', room: key, ...step });
  }

  #settle(view: RoomView): void {
    for (const own of view.own.values())
      if (own.announce && view.seats.size >= own.announceAt) this.announceNow(own);
    this.#options.settled(view.key);
  }

  #open(key: RoomKey): RoomView {
    const view = this.#views.get(key) ?? new RoomView(key);
    this.#views.set(key, view);
    return view;
  }

  #ask<T>(view: RoomView, command: () => Promise<T>, undo?: () => Promise<unknown>): Promise<T> {
    view.jobs += 1;
    return this.#options.writer.ask(view.key, command, undo).finally(() => this.#tidy(view));
  }

  #insist<T>(view: RoomView, command: () => Promise<T>): Promise<T | undefined> {
    view.jobs += 1;
    return this.#options.writer.insist(view.key, command).finally(() => this.#tidy(view));
  }

  #tidy(view: RoomView): void {
    view.jobs -= 1;
    if (view.jobs > 0 || view.own.size > 0) return;
    this.#views.delete(view.key);
    this.#renewals.delete(view.key);
    this.#options.closed(view.key);
  }

  /** Not left while it was asked for. */
  #isOpen(view: RoomView): boolean {
    return this.#views.get(view.key) === view;
  }
}

/** A join that comes to be executed later than this does nothing. */
const NOT_AFTER_MS = 1_000;

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
  /** The directory is being asked for a room. */
  asked(key: RoomKey): void;
  /** It has answered. */
  read(key: RoomKey): void;
  /** A room changed, or was found unchanged: what waits for it can be judged. */
  settled(key: RoomKey): void;
  /** Nobody of this node sits in this room any more. */
  closed(key: RoomKey): void;
}
