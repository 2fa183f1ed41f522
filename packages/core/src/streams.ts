import type { NodeId } from '@parley/protocol';
import type {
  Envelope,
  KickEnvelope,
  MatchEnvelope,
  ReceiptEnvelope,
  Refusal,
  ReplacedEnvelope,
  RoomEnvelope,
  SignalEnvelope,
} from './envelope.ts';
import { InboundStream } from './inbound-stream.ts';
import { LIMITS } from './limits.ts';
import type { Membership } from './membership.ts';
import { OutboundStream } from './outbound-stream.ts';
import type { Bus, BusListener, Inbox } from './ports/bus.ts';
import type { Clock } from './ports/clock.ts';
import type { Metrics } from './ports/metrics.ts';

/** What became of an envelope. `timeout` and `unavailable`: nobody knows, at most once. */
export type Settlement = 'delivered' | Refusal | 'timeout' | 'unavailable';

type Unnumbered<E> = E extends unknown ? Omit<E, 'n' | 'sentAtMs'> : never;
/** What can be sent in order. */
export type Letter = Unnumbered<SignalEnvelope | RoomEnvelope>;

export interface StreamEvents {
  /** A signal for a session of this node. `settle` is called once, now or later. */
  signal(from: NodeId, envelope: SignalEnvelope, settle: (outcome: 'delivered' | Refusal) => void): void;
  /** Something happened in a room. `late`: so long ago that only its being changed is certain. */
  room(envelope: RoomEnvelope, late: boolean): void;
  match(envelope: MatchEnvelope): void;
  replaced(envelope: ReplacedEnvelope): void;
  kicked(envelope: KickEnvelope): void;
  /** Something of another node never arrived, or may not have, and it may have been about any room. */
  missed(): void;
}

/**
 * One numbered stream to each other node, one from each, and the receipts that tell what became of every number.
 *
 * Node-to-node messages are lost in silence; the numbers make the loss visible, and nothing is ever sent twice.
 */
export class Streams implements BusListener {
  readonly #outbound = new Map<NodeId, OutboundStream>();
  readonly #inbound = new Map<NodeId, InboundStream>();
  readonly #bus: Bus;
  readonly #clock: Clock;
  readonly #membership: Membership;
  readonly #metrics: Metrics;
  readonly #events: StreamEvents;

  constructor(options: {
    bus: Bus;
    clock: Clock;
    membership: Membership;
    metrics: Metrics;
    events: StreamEvents;
  }) {
    this.#bus = options.bus;
    this.#clock = options.clock;
    this.#membership = options.membership;
    this.#metrics = options.metrics;
    this.#events = options.events;
  }

  /**
   * Sends to a node, in order with all that was sent to it before. `settled` is called once, within two seconds; when this
   * cannot even be tried, it is called before this returns. After two seconds from `sentAtMs` it is not delivered any more.
   */
  send(
    to: NodeId,
    letter: Letter,
    settled?: (outcome: Settlement) => void,
    sentAtMs = this.#membership.nowMs(),
  ): void {
    const inbox = this.#membership.inboxOf(to);
    const stream = this.#outboundTo(to);
    // News of a room is sent also while nobody knows whether it gets through: nobody would ask for it.
    const isHopeless = settled && (!this.#membership.up || stream.pending >= LIMITS.pendingPerNode);
    if (!inbox || isHopeless) {
      // It has its number all the same: the other node is to see that something is missing.
      stream.next();
      settled?.('unavailable');
      return;
    }
    const n = stream.next(settled);
    this.#metrics.envelopes('out', 1);
    this.#bus.send(inbox, numbered(letter, n, sentAtMs));
  }

  /** Tells a node something that it would find out by itself, only later, or that somebody will ask for again: no number, no receipt. */
  tell(to: NodeId, hint: MatchEnvelope | ReplacedEnvelope | KickEnvelope): void {
    const inbox = this.#membership.inboxOf(to);
    if (inbox) this.#bus.send(inbox, hint);
  }

  received(from: NodeId, envelopes: readonly Envelope[]): void {
    this.#metrics.envelopes('in', envelopes.length);
    for (const envelope of envelopes) this.#take(from, envelope);
  }

  resubscribed(): void {
    this.#membership.resubscribed();
    this.#events.missed();
  }

  failed(to: Inbox, envelopes: readonly Envelope[]): void {
    const node = this.#membership.nodeAt(to);
    const stream = node && this.#outbound.get(node);
    if (!stream) return;
    for (const envelope of envelopes) if ('n' in envelope) stream.settle(envelope.n, 'unavailable');
  }

  /** A node has ended: what it has not answered is unknown, and will stay so. If it only slept, both begin anew. */
  forget(node: NodeId): void {
    this.#outbound.get(node)?.end();
    this.#outbound.delete(node);
    this.#inbound.delete(node);
  }

  /** Numbers that have no receipt yet. */
  get pending(): number {
    let count = 0;
    for (const stream of this.#outbound.values()) count += stream.pending;
    return count;
  }

  stop(): void {
    for (const stream of this.#outbound.values()) stream.end();
    this.#outbound.clear();
  }

  #take(from: NodeId, envelope: Envelope): void {
    if (!this.#isHeeded(envelope)) return;
    switch (envelope.kind) {
      case 'probe':
        return this.#membership.heard(envelope.token);
      case 'receipt':
        return this.#outbound.get(from)?.receive(envelope);
      case 'match':
        return this.#events.match(envelope);
      case 'replaced':
        return this.#events.replaced(envelope);
      case 'kick':
        return this.#events.kicked(envelope);
      case 'signal':
      case 'room':
        return this.#takeNumbered(from, envelope);
    }
  }

  /** What says something of this node's own sending is true at any time; all else only while this node knows where it stands. */
  #isHeeded(envelope: Envelope): boolean {
    return envelope.kind === 'probe' || envelope.kind === 'receipt' || this.#membership.isCurrent;
  }

  #takeNumbered(from: NodeId, envelope: SignalEnvelope | RoomEnvelope): void {
    const stream = this.#inboundFrom(from);
    const step = stream.advance(envelope.n);
    if (step === 'passed') return;
    if (step === 'jumped') this.#events.missed();
    const late = this.#membership.nowMs() - envelope.sentAtMs > LIMITS.signalLifeMs;
    if (envelope.kind === 'room') {
      this.#events.room(envelope, late);
    } else if (late) {
      stream.refuse(envelope.n, 'stale');
    } else {
      const settle = stream.open(envelope.n);
      this.#events.signal(from, envelope, settle);
    }
  }

  #outboundTo(node: NodeId): OutboundStream {
    const stream = this.#outbound.get(node) ?? new OutboundStream(this.#clock, this.#membership.nowMs());
    this.#outbound.set(node, stream);
    return stream;
  }

  #inboundFrom(node: NodeId): InboundStream {
    const stream =
      this.#inbound.get(node) ??
      new InboundStream(this.#clock, (receipt) => this.#acknowledge(node, receipt));
    this.#inbound.set(node, stream);
    return stream;
  }

  #acknowledge(node: NodeId, receipt: ReceiptEnvelope): void {
    const inbox = this.#membership.inboxOf(node);
    if (inbox) this.#bus.send(inbox, receipt);
  }
}

/** Of a signal each member is named: there is one for each that is sent, and copying an unknown object costs ten times as much. */
function numbered(letter: Letter, n: number, sentAtMs: number): SignalEnvelope | RoomEnvelope {
  if (letter.kind !== 'signal') return { ...letter, n, sentAtMs };
  const { kind, room, from, fromSession, to, toSession, text } = letter;
  return { kind, n, sentAtMs, room, from, fromSession, to, toSession, text };
}
