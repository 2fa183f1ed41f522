import type { SessionId } from '@parley/protocol';
import { LIMITS } from './limits.ts';
import type { Delivery, Parcel } from './lanes.ts';
import type { Cancel, Clock } from './ports/clock.ts';
import type { PeerPlace, PutAnswer, Seat } from './ports/directory.ts';
import type { Settlement } from './streams.ts';

/** What a lane needs of its node. */
export interface LaneContext {
  readonly clock: Clock;
  /** Certainly nobody is there any more. */
  hasEnded(place: PeerPlace): boolean;
  /** Sends a signal to where its peer should be. `settle` is called once, now or later. */
  dispatch(place: PeerPlace, parcel: Parcel, settle: (outcome: Settlement) => void): void;
  /** Keeps it for a peer that is away. Rejects if the outcome is unknown; then `lane` puts nothing for a while. */
  put(lane: string, parcel: Parcel): Promise<PutAnswer>;
}

interface Item {
  readonly parcel: Parcel;
  readonly n: number;
  /** Of its text; nobody asks before it waits. */
  bytes: number;
  /** The session that was tried last, and is no more. */
  refusedBy: SessionId | undefined;
}

/**
 * The signals from one session to one peer in one room that have no outcome yet, in order.
 *
 * They are sent as they come. When one is refused because its receiver's session is gone, it goes to where the directory says
 * that the peer is now, its mail if it is away; and all that comes later waits behind it. It is bounded, and nothing stays in
 * it for longer than a signal lives.
 */
export class Lane {
  readonly #key: string;
  readonly #context: LaneContext;
  readonly #closed: () => void;
  /** Sent, and without an answer. All to one session: what goes elsewhere waits until these are known. */
  readonly #sent: Item[] = [];
  /** What waits to be sent, sent again or put, in order. */
  readonly #line: Item[] = [];
  #place: PeerPlace;
  #isAway: boolean;
  #count = 0;
  #lineBytes = 0;
  #sentTo: SessionId | undefined;
  #isBusy = false;
  #inPut: Item | undefined;
  #retryMs = RETRY_MS;
  #cancelRetry: Cancel | undefined;
  #cancelExpiry: Cancel | undefined;

  constructor(key: string, seat: Seat, context: LaneContext, closed: () => void) {
    this.#key = key;
    this.#context = context;
    this.#closed = closed;
    this.#place = seat;
    this.#isAway = false;
    this.#learn(seat);
  }

  /** Something waits. */
  get isBlocked(): boolean {
    return this.#line.length > 0;
  }

  add(parcel: Parcel): void {
    if (this.#isCrowded(parcel)) return parcel.settled('crowded');
    if (!this.isBlocked) this.#learn(parcel.to);
    const item: Item = { parcel, n: ++this.#count, bytes: 0, refusedBy: undefined };
    // Nearly every signal: nothing waits, and nothing is measured or put in line.
    const goesAtOnce = !this.isBlocked && !this.#isBusy && this.#mayGo(item);
    if (goesAtOnce) this.#dispatch(item);
    else this.#enqueue(item);
    this.#advance();
  }

  /** The node stops: nobody knows what becomes of these. */
  stop(): void {
    for (const item of [...this.#sent, ...this.#line]) this.#finish(item, 'timeout');
    this.#close();
  }

  /** Where the room says that the peer is. */
  #learn(seat: Seat): void {
    this.#place = seat;
    this.#isAway = seat.awayUntilMs !== undefined || this.#context.hasEnded(seat);
  }

  #isCrowded({ text }: Parcel): boolean {
    if (!this.isBlocked) return false;
    if (this.#line.length >= LIMITS.signalsPerLane) return true;
    return this.#lineBytes + Buffer.byteLength(text) > LIMITS.bytesPerLane;
  }

  /** At its place: what was sent before it and is refused later comes before it all the same. */
  #enqueue(item: Item): void {
    const at = this.#line.findIndex(({ n }) => n > item.n);
    this.#line.splice(at < 0 ? this.#line.length : at, 0, item);
    item.bytes ||= Buffer.byteLength(item.parcel.text);
    this.#lineBytes += item.bytes;
  }

  /** Does whatever can be done now. */
  #advance(): void {
    if (this.#isBusy) return;
    for (let item = this.#line[0]; item && this.#mayGo(item); item = this.#line[0]) {
      this.#take(item);
      this.#dispatch(item);
    }
    const [first] = this.#line;
    if (!first) return this.#sent.length === 0 ? this.#close() : undefined;
    this.#cancelExpiry ??= this.#expireAfter(first);
    if (this.#mustBePut(first) && !this.#cancelRetry) void this.#put(first);
  }

  #mayGo({ refusedBy }: Item): boolean {
    const isSameWay = this.#sent.length === 0 || this.#sentTo === this.#place.session;
    return !this.#isAway && isSameWay && refusedBy !== this.#place.session;
  }

  #mustBePut({ refusedBy, n }: Item): boolean {
    const [sentFirst] = this.#sent;
    const isFirst = !sentFirst || sentFirst.n > n;
    return isFirst && (this.#isAway || refusedBy === this.#place.session);
  }

  #dispatch(item: Item): void {
    const { session } = this.#place;
    this.#isBusy = true;
    this.#sent.push(item);
    this.#sentTo = session;
    this.#context.dispatch(this.#place, item.parcel, (outcome) => {
      if (!remove(this.#sent, item)) return;
      if (outcome === 'gone' || outcome === 'dropped') {
        item.refusedBy = session;
        this.#enqueue(item);
      } else {
        item.parcel.settled(outcome);
      }
      this.#advance();
    });
    this.#isBusy = false;
  }

  async #put(item: Item): Promise<void> {
    this.#isBusy = true;
    this.#inPut = item;
    const answer = await this.#context.put(this.#key, item.parcel).catch(() => undefined);
    this.#inPut = undefined;
    this.#isBusy = false;
    if (answer) this.#settlePut(item, answer);
    // Of this one nobody knows, so nothing of the pair may go on; the others were certainly not delivered.
    else for (let next = this.#line[0]; next; next = this.#line[0]) this.#finish(next, 'unavailable');
    this.#advance();
  }

  #settlePut(item: Item, answer: PutAnswer): void {
    switch (answer.outcome) {
      case 'kept':
        this.#isAway = true;
        return this.#finish(item, { keptForMs: answer.forMs });
      case 'full':
      case 'gone':
        return this.#finish(item, answer.outcome);
      case 'late':
        return this.#finish(item, 'stale');
      case 'here':
        this.#isAway = false;
        this.#place = answer;
        // The session is gone, and its node has not said so yet; it will have in a moment.
        if (answer.session === item.refusedBy) this.#retryLater();
    }
  }

  #retryLater(): void {
    this.#cancelRetry = this.#context.clock.after(this.#retryMs, () => {
      this.#cancelRetry = undefined;
      this.#advance();
    });
    this.#retryMs *= 2;
  }

  #expireAfter({ parcel }: Item): Cancel {
    const leftMs = parcel.readAtMs + LIMITS.signalLifeMs - this.#context.clock.nowMs();
    return this.#context.clock.after(Math.max(0, leftMs), () => this.#expire());
  }

  /** What was never accepted anywhere was not delivered; of what is under way nobody knows. */
  #expire(): void {
    this.#cancelExpiry = undefined;
    const bornMs = this.#context.clock.nowMs() - LIMITS.signalLifeMs;
    const isOver = ({ parcel }: Item) => parcel.readAtMs <= bornMs;
    for (const item of [...this.#sent].filter(isOver)) this.#finish(item, 'timeout');
    for (const item of this.#line.filter(isOver))
      this.#finish(item, item === this.#inPut ? 'timeout' : 'gone');
    // What was sent onward is no younger for that.
    const [next] = [...this.#sent, ...this.#line].toSorted((a, b) => a.n - b.n);
    if (next) this.#cancelExpiry = this.#expireAfter(next);
    this.#advance();
  }

  #finish(item: Item, outcome: Delivery): void {
    if (!remove(this.#sent, item) && !this.#take(item)) return;
    item.parcel.settled(outcome);
  }

  #take(item: Item): boolean {
    if (!remove(this.#line, item)) return false;
    this.#lineBytes -= item.bytes;
    return true;
  }

  #close(): void {
    this.#cancelRetry?.();
    this.#cancelExpiry?.();
    this.#closed();
  }
}

const RETRY_MS = 25;

/** Nearly always the first is taken. An array, because sets of objects that come and go at once are dearer to make than to search. */
function remove(items: Item[], item: Item): boolean {
  const at = items[0] === item ? 0 : items.indexOf(item);
  if (at < 0) return false;
  if (at === 0) items.shift();
  else items.splice(at, 1);
  return true;
}
