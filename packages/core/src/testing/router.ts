import type { NodeId, PeerId, SessionId } from '@parley/protocol';
import { FakeClock } from '../contract/fake-clock.ts';
import { SeededRandom } from '../contract/seeded-random.ts';
import type { SignalEnvelope } from '../envelope.ts';
import type { Hub } from '../hub.ts';
import type { RoomKey } from '../keys.ts';
import type { Delivery } from '../lanes.ts';
import { LIMITS } from '../limits.ts';
import type { Membership } from '../membership.ts';
import {
  type PeerDirectory,
  type PutAnswer,
  type PutRequest,
  type Seat,
  Unavailable,
} from '../ports/directory.ts';
import type { MailOutcome } from '../ports/metrics.ts';
import type { Rooms } from '../rooms.ts';
import { Router } from '../router.ts';
import type { Letter, Settlement, Streams } from '../streams.ts';
import { Writer } from '../writer.ts';
import { Puppet } from './puppet.ts';
import { QuietLog, quietMetrics } from './quiet.ts';
import { AWAY_MS } from './world.ts';

export const ROOM = 'main/stage' as RoomKey;
export const HERE = 'node-1' as NodeId;
export const THERE = 'node-2' as NodeId;

/** A member that may not be welcome yet. */
export class Guest extends Puppet {
  override isWelcome = true;
  #tasks: (() => void)[] = [];

  afterWelcome(task: () => void): boolean {
    if (this.#tasks.length >= LIMITS.signalsBeforeWelcome) return false;
    this.#tasks.push(task);
    return true;
  }

  welcome(): void {
    this.isWelcome = true;
    for (const task of this.#tasks.splice(0)) task();
  }

  override relay(text: string | Uint8Array) {
    const outcome = super.relay(text);
    if (outcome === 'dropped') this.close('slow-consumer');
    return outcome;
  }
}

/** A node where alice sits on the stage; bob, who is at another node, is not known to sit there. */
export class RouterBench {
  readonly clock = new FakeClock();
  readonly alice = new Guest('alice');
  readonly bob = new Guest('bob');
  readonly hub = new Map<SessionId, Guest>([[this.alice.session, this.alice]]);
  readonly seats = new Map<PeerId, Seat>([[this.alice.peer, seatOf(this.alice, HERE)]]);
  /** Rooms that are to be read again. */
  readonly repaired: RoomKey[] = [];
  readonly rooms = {
    get: () => ({ seats: this.seats }),
    seatOf: (member: Guest): object | undefined => ({ member }),
    repair: (key: RoomKey) => void this.repaired.push(key),
  };
  readonly membership = {
    nowMs: () => this.clock.nowMs(),
    state: (_node: NodeId) => 'alive',
    others: () => [THERE],
    reading: () => ({ lost: [], awayMs: AWAY_MS, mercyUntilMs: 0 }),
  };
  readonly directory = new FakeMail();
  /** What was sent to other nodes. */
  readonly letters: object[] = [];
  /** What became of each signal, in the order in which it was known. */
  readonly outcomes: Delivery[] = [];
  readonly counted: MailOutcome[] = [];
  readonly router: Router;
  #settle: (outcome: Settlement) => void = () => {};

  constructor() {
    const { clock } = this;
    const metrics = { ...quietMetrics, mailed: (outcome: MailOutcome) => void this.counted.push(outcome) };
    const streams = {
      send: (to: NodeId, letter: Letter, settle: (outcome: Settlement) => void, sentAtMs: number) => {
        this.letters.push({ ...letter, sentAtMs, at: to });
        this.#settle = settle;
      },
    };
    this.router = new Router({
      node: HERE,
      hub: this.hub as unknown as Hub,
      rooms: this.rooms as unknown as Rooms,
      streams: streams as unknown as Streams,
      membership: this.membership as unknown as Membership,
      writer: new Writer({ clock, random: new SeededRandom(1), metrics, log: new QuietLog() }),
      directory: this.directory as unknown as PeerDirectory,
      clock,
      metrics,
      lifeMs: 225_000,
      resumeWindowMs: AWAY_MS,
    });
  }

  /** The room is known to have this member at that node. */
  readonly seat = (member: Guest, node: NodeId): void => {
    this.seats.set(member.peer, seatOf(member, node));
  };

  /** A signal of bob's for alice comes from his node. */
  readonly receive = (text: string): void => {
    const { alice, bob } = this;
    const from = { from: bob.peer, fromSession: bob.session };
    const to = { to: alice.peer, toSession: alice.session };
    const sentAtMs = this.clock.nowMs();
    const envelope: SignalEnvelope = { kind: 'signal', n: 1, sentAtMs, room: ROOM, ...from, ...to, text };
    this.router.receive(envelope, (outcome) => this.outcomes.push(outcome));
  };

  /** Alice signals. */
  readonly send = (text: string, to: Seat): void => {
    const settled = (outcome: Delivery) => void this.outcomes.push(outcome);
    const times = { readAtMs: this.clock.nowMs(), sentAtMs: 5 };
    const parcel = { from: this.alice, room: ROOM, to, text, ...times, settled };
    if (this.router.handHere(parcel)) settled('delivered');
    else this.router.send(parcel);
  };

  /** What became of the signal that was sent to another node last. */
  readonly settle = (outcome: Settlement): void => this.#settle(outcome);
}

/** Keeps what it is asked to keep, unless told otherwise. */
class FakeMail {
  readonly puts: PutRequest[] = [];
  answer: PutAnswer = { outcome: 'kept', forMs: AWAY_MS };
  isUnavailable = false;

  get texts(): string[] {
    return this.puts.map(({ text }) => text);
  }

  async put(request: PutRequest): Promise<PutAnswer> {
    this.puts.push(request);
    if (this.isUnavailable) throw new Unavailable('lost');
    return this.answer;
  }
}

export function seatOf({ peer, session, instance, fence }: Puppet, node: NodeId): Seat {
  return { peer, session, instance, fence, node, joinedAt: 1 };
}
