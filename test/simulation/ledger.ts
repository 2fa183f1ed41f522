import type { RoomId, RoomSnapshot } from '@parley/protocol';

import type { World } from './world.ts';

/** One signal, from the moment its client let go of it. */
export interface SentSignal {
  readonly n: number;
  readonly room: RoomId;
  readonly from: Life;
  /** The socket it was sent through: order is promised to each of a peer's sessions, not from one to the next. */
  readonly socket: number;
  readonly to: Life;
  /** Behind a join of that room its time begins with the answer to the join. */
  readonly isBehindJoin: boolean;
  readonly sentAtMs: number;
  /** Its node has read it from the socket. */
  readAtMs?: number;
  outcome?: string;
  settledAtMs?: number;
  arrivedAtMs?: number;
  /** It lay in the mail once. */
  wasKept?: boolean;
  /** Its receiver came back, once: was its sender still in the room? Decided then, and for good. */
  isOwed?: boolean;
  /** One of its arrivals was said to be a repetition: two sockets at once may hear of the two in either order. */
  wasRepeated?: boolean;
}

/** One life of a peer. */
export interface Life {
  readonly peer: string;
  readonly instance: string;
}

/** How it arrived. */
export interface Arrival {
  readonly room: RoomId;
  readonly from: Life;
  readonly to: Life;
  /** How often it was handed to somebody before. */
  readonly mailed: number;
}

/** Of these a sender knows that they were not delivered, and will not be. */
const REFUSALS = new Set(['peer-unreachable', 'mail-full', 'rate-limited', 'not-in-room']);
/** Of these a sender must think that they may be lost, and of none of them should it where nothing fails. */
const LOST = new Set(['peer-unreachable', 'delivery-timeout', 'cluster-unavailable']);
const SIGNAL_LIFE_MS = 2_000;
/** Less than a peer was there before a signal was sent to it, its room may not know of it yet. */
const SOON_MS = 1_000;
/** A join has its answer within so long. */
const JOIN_MS = 1_500;

/** Every signal there was, what its sender was told of it, and what its receiver heard. */
export class Ledger {
  readonly #signals = new Map<number, SentSignal>();
  readonly #lastHeard = new Map<string, number>();
  readonly #world: World;
  #count = 0;
  #forgotAtMs = -Infinity;
  /** How far apart two nodes may take the time to be. */
  clocksApartMs = 20;

  constructor(world: World) {
    this.#world = world;
  }

  /** All of them, in the order in which they were sent. */
  get signals(): readonly SentSignal[] {
    return [...this.#signals.values()];
  }

  get count(): number {
    return this.#count;
  }

  sent(signal: Pick<SentSignal, 'room' | 'from' | 'socket' | 'to' | 'isBehindJoin'>): SentSignal {
    const n = ++this.#count;
    const entry = { ...signal, n, sentAtMs: this.#nowMs() };
    this.#signals.set(n, entry);
    return entry;
  }

  /** The directory keeps it for its receiver. */
  kept(n: number): void {
    const signal = this.#signals.get(n);
    if (signal) signal.wasKept = true;
  }

  /** The directory has forgotten something. */
  forgot(): void {
    this.#forgotAtMs = this.#nowMs();
  }

  settled(signal: SentSignal, outcome: string): void {
    signal.outcome = outcome;
    signal.settledAtMs = this.#nowMs();
    if (REFUSALS.has(outcome) && signal.arrivedAtMs !== undefined)
      this.#accuse(`signal ${signal.n} was answered ${outcome} although it had arrived`);
    this.#judgeLoss(signal);
  }

  arrived(n: number, { room, from, to, mailed }: Arrival): void {
    const signal = this.#signals.get(n);
    if (!signal) return this.#accuse(`signal ${n} arrived, and nobody has sent it`);
    const { outcome } = signal;
    if (outcome && REFUSALS.has(outcome))
      this.#accuse(`signal ${n} arrived although it was answered ${outcome}`);
    if (signal.to.instance !== to.instance) this.#accuse(`signal ${n} arrived in another life`);
    if (signal.from.instance !== from.instance) this.#accuse(`signal ${n} arrived in another name`);
    this.#judgeAge(signal);
    signal.wasRepeated ||= mailed > 0;
    const isExcused = signal.wasRepeated || (signal.wasKept && this.#hasForgottenSince(signal));
    if (signal.arrivedAtMs !== undefined && !isExcused) this.#accuse(`signal ${n} arrived twice`);
    signal.arrivedAtMs ??= this.#nowMs();

    const path = `${room} ${signal.socket} ${to.instance}`;
    const last = this.#lastHeard.get(path) ?? 0;
    if (n < last && !isExcused) this.#accuse(`signal ${n} arrived behind signal ${last}`);
    this.#lastHeard.set(path, Math.max(n, last));
  }

  /** A peer is back, and this is what it was told of its rooms: the mail must follow. */
  returned({ peer, instance }: Life, rooms: readonly RoomSnapshot[]): void {
    const there = new Map(rooms.map(({ room, peers }) => [room, peers]));
    for (const signal of this.#signals.values()) {
      const { to, from, room, outcome, arrivedAtMs } = signal;
      if (outcome !== 'kept' || arrivedAtMs !== undefined) continue;
      if (to.peer !== peer || to.instance !== instance) continue;
      signal.isOwed ??= there.get(room)?.some((other) => other.instance === from.instance) ?? false;
    }
  }

  /** What was kept for somebody who came back, and never arrived. */
  wrongs(): string[] {
    return [...this.#signals.values()]
      .filter((signal) => signal.isOwed && signal.arrivedAtMs === undefined)
      .filter((signal) => !this.#hasForgottenSince(signal))
      .map(({ n, to }) => `signal ${n} was kept for ${to.peer.slice(0, 6)}, who came back and never got it`);
  }

  /** Where nothing fails, whoever stays in a room gets what is sent to it there, at once or when it is back. */
  #judgeLoss({ n, room, from, to, outcome = '', arrivedAtMs, sentAtMs }: SentSignal): void {
    const { isReliable, stays } = this.#world;
    const receiver = this.#world.clientOf(to);
    if (!isReliable || !receiver || receiver.isUnsure || receiver.isGone || receiver.mayBeOver) return;
    if (stays.hasLeft({ room, ...from }) || stays.hasLeft({ room, ...to })) return;
    if (LOST.has(outcome)) this.#accuse(`signal ${n} was answered ${outcome}, and its receiver had not left`);
    const isDeaf = receiver.hereForMs < this.#nowMs() - sentAtMs + SOON_MS;
    if (outcome === 'delivered' && arrivedAtMs === undefined && !isDeaf)
      this.#accuse(`signal ${n} was answered delivered and never arrived`);
  }

  #judgeAge({ n, readAtMs, wasKept, isBehindJoin, sentAtMs }: SentSignal): void {
    if (wasKept) return;
    const mostMs = SIGNAL_LIFE_MS + this.clocksApartMs + (isBehindJoin ? JOIN_MS : 0);
    const ageMs = this.#nowMs() - (readAtMs ?? sentAtMs);
    if (ageMs > mostMs) this.#accuse(`signal ${n} arrived after ${ageMs} ms`);
  }

  #nowMs(): number {
    return this.#world.clock.nowMs();
  }

  #accuse(of: string): void {
    this.#world.accuse(of);
  }

  #hasForgottenSince({ sentAtMs }: SentSignal): boolean {
    return this.#forgotAtMs >= sentAtMs;
  }
}
