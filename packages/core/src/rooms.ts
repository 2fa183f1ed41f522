import type { InstanceId, NodeId, RoomId } from '@parley/protocol';
import type { LeaveReason, RoomEnvelope } from './envelope.ts';
import type { Parting } from './farewell.ts';
import { roomKey, type RoomKey } from './keys.ts';
import { LIMITS } from './limits.ts';
import type { Member } from './member.ts';
import { type Seat, Unavailable } from './ports/directory.ts';
import { pause } from './patience.ts';
import { Renewals } from './renewals.ts';
import {
  type JoinOutcome,
  type JoinWish,
  RoomCommands,
  type RoomKeeper,
  type RoomsOptions,
} from './room-commands.ts';
import { type OwnSeat, RoomView } from './room-view.ts';
import { nothingToUndo } from './writer.ts';

/**
 * The rooms in which sessions of this node sit: what this node wishes them to be, asserted through the one writer, and what it
 * knows of the others in them.
 *
 * Every change of a room goes through the directory, and the node that made it tells the nodes of the other members, naming
 * the tag before and after. A node that is not at the tag before reads the room again; so it does with each renewal. Nobody
 * counts versions: a tag is the state, or it is not.
 */
export class Rooms implements RoomKeeper {
  readonly #views = new Map<RoomKey, RoomView>();
  readonly #renewals: Renewals<RoomKey>;
  readonly #commands: RoomCommands;
  readonly #options: RoomsOptions;

  constructor(options: RoomsOptions) {
    this.#options = options;
    this.#commands = new RoomCommands(options, this);
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
    return this.#views.get(key)?.seatOf(member);
  }

  /** Rejects with {@link Unavailable}; then the wish is given up, and what may have come of it is undone. */
  async join(member: Member, wish: JoinWish): Promise<JoinOutcome> {
    const key = roomKey(member.realm, wish.room);
    const view = this.#open(key);
    member.rooms.add(key);
    const outcome = await this.#during(view, async () => {
      if (!this.seatOf(member, key)) await this.#options.entering(member);
      return this.#take(view, member, wish);
    }).finally(() => {
      if (!this.#holds(key, member)) member.rooms.delete(key);
    });
    return outcome === 'late' ? Promise.reject(new Unavailable('the join came too late')) : outcome;
  }

  #take(view: RoomView, member: Member, wish: JoinWish): Promise<JoinOutcome> {
    const { key } = view;
    return this.#options.writer.ask(
      key,
      async () => {
        // It ended before its turn came. Its seat, if it had one, waits for it by now, and must not be taken, and so given back, anew.
        if (member.ended) return 'superseded';
        return this.seatOf(member, key)
          ? this.#commands.keep(view, member, wish)
          : this.#commands.take(view, member, wish);
      },
      // A member that had its seat before keeps it.
      () => (this.#holds(key, member) ? nothingToUndo() : this.#commands.release(member, key, 'lost')),
    );
  }

  /** Gives a seat back, however long it takes; the member hears nothing of the room from now on. */
  leave(member: Member, key: RoomKey, reason: LeaveReason): Promise<void> {
    const view = this.#open(key);
    const own = view.own.get(member.peer);
    if (own?.member === member) own.leaving ??= reason;
    return this.#insist(view, () => this.#commands.release(member, key, reason));
  }

  /** A member has ended. */
  part(member: Member, key: RoomKey, parting: Parting): Promise<void> {
    if (parting === 'away') return this.away(member, key);
    if (parting === 'handed-over') return this.handOver(member, key);
    return this.leave(member, key, parting);
  }

  /**
   * Its connection is gone, and the seat waits for it. The others hear so when the directory has answered, for it may sit there
   * with another session already; or after a moment, for nobody is to wait for a directory that is out of reach.
   */
  away(member: Member, key: RoomKey): Promise<void> {
    const view = this.#open(key);
    const own = view.own.get(member.peer);
    const { clock, membership, resumeWindowMs } = this.#options;
    let cancel = () => {};
    if (own?.member === member && (!own.leaving || own.leaving === 'away')) {
      const untilMs = membership.nowMs() + resumeWindowMs;
      own.leaving = 'away';
      own.seat = { ...own.seat, awayUntilMs: untilMs };
      const isIts = (seat: Seat) => seat.session === member.session;
      cancel = clock.after(LIMITS.awayNewsMs, () => view.putAway(isIts, untilMs));
    }
    return this.#insist(view, () => this.#commands.away(member, key)).finally(() => cancel());
  }

  /** Takes over the seat of the session that this member continues, however long it takes. `false`: there is none. */
  async resume(member: Member, room: RoomId): Promise<boolean> {
    const view = this.#open(roomKey(member.realm, room));
    const resumed = await this.#insist(view, () => this.#commands.resume(view, member));
    return resumed ?? false;
  }

  /** Gives back the seat of the one whose place this member has taken, however long it takes. */
  async vacate(member: Member, room: RoomId, instance: InstanceId, reason: LeaveReason): Promise<void> {
    const key = roomKey(member.realm, room);
    await this.#insist(this.#open(key), () => this.#commands.vacate(member, key, instance, reason));
  }

  /**
   * A later session has this member's peer, and its seats, or is about to. A seat that is this member's still after a while was left
   * by a session that never came to be, and waits for the next.
   */
  handOver(member: Member, key: RoomKey): Promise<void> {
    const view = this.#open(key);
    const own = view.own.get(member.peer);
    if (own?.member === member) own.leaving ??= 'away';
    const { clock } = this.#options;
    return this.#during(view, () => pause(clock, LIMITS.handOverMs).then(() => this.away(member, key)));
  }

  /** Nodes have ended: whoever was there is away, and every room with a seat of theirs is read again. */
  nodesEnded(nodes: readonly NodeId[]): void {
    const wasThere = ({ node }: Seat) => nodes.includes(node);
    const { membership, resumeWindowMs } = this.#options;
    for (const view of this.#views.values()) {
      view.putAway(wasThere, membership.nowMs() + resumeWindowMs);
      if ([...view.seats.values()].some(wasThere)) this.#renewals.soon(view.key);
    }
  }

  /** `false`: there is no such seat any more. Rejects with {@link Unavailable}. */
  async update(member: Member, key: RoomKey, meta: string | undefined): Promise<boolean> {
    const view = this.#open(key);
    return this.#ask(view, () => this.#commands.update(view, member, meta));
  }

  /** Asserts this node's seats in a room and reads it again, unless that is about to happen anyway. */
  repair(key: RoomKey): void {
    const view = this.#views.get(key);
    if (!view || view.repairQueued) return;
    view.repairQueued = true;
    const assert = () => {
      view.repairQueued = false;
      return this.#commands.assert(view);
    };
    // Overtaken by it, a seat that was given back would return.
    this.#ask(view, assert, nothingToUndo).then(
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
    this.#commands.settle(view);
  }

  /** Asserts everything, not all at once. */
  assertAll(): void {
    this.#renewals.all();
  }

  plan(key: RoomKey): void {
    this.#renewals.plan(key);
  }

  soon(key: RoomKey, afterMs: number): void {
    this.#renewals.soon(key, afterMs);
  }

  stop(): void {
    this.#renewals.stop();
  }

  /** Keys whose renewal is set, for tests that look for leaks. */
  get renewalsForTesting(): number {
    return this.#renewals.size;
  }

  #holds(key: RoomKey, member: Member): boolean {
    return this.#views.get(key)?.own.get(member.peer)?.member === member;
  }

  #open(key: RoomKey): RoomView {
    const view = this.#views.get(key) ?? new RoomView(key);
    this.#views.set(key, view);
    return view;
  }

  #ask<T>(view: RoomView, command: () => Promise<T>, undo?: () => Promise<unknown>): Promise<T> {
    return this.#during(view, () => this.#options.writer.ask(view.key, command, undo));
  }

  #insist<T>(view: RoomView, command: () => Promise<T>): Promise<T | undefined> {
    return this.#during(view, () => this.#options.writer.insist(view.key, command));
  }

  /** The view is in use until `job` has ended. */
  #during<T>(view: RoomView, job: () => Promise<T>): Promise<T> {
    view.jobs += 1;
    return job().finally(() => {
      view.jobs -= 1;
      this.#tidy(view);
    });
  }

  #tidy(view: RoomView): void {
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
