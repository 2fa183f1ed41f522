import type { RelayedSignal } from '@parley/protocol/plain';

import type { Signal } from './api.ts';
import { backoffMs } from './backoff.ts';
import { Inbox } from './inbox.ts';
import { Outbox } from './outbox.ts';
import type { Body, Fate, Parcel } from './outbox.ts';
import type { Pace } from './pace.ts';
import type { Line, OutgoingSignal, Receipt } from './ports.ts';
import type { RemotePeer } from './signaling-peer.ts';
import type { Cancel, Timers } from './timers.ts';

/** An acknowledgement that finds nothing to travel with goes alone after this. */
const ACK_WITHIN_MS = 200;
/** What is not acknowledged by then is sent again; twice as long each time. */
const PATIENCE_MS = { first: 2_000, most: 30_000 } as const;
/** How long somebody who may be a plain client has to show that it counts, before what nobody knows about is given up. */
const DOUBT_MS = 5_000;
/** Between a refusal and the next sending, at least. */
const REFUSED_MS = 100;

/** Both directions between two lives in a room. Whoever leaves and comes back in the same life goes on where it was. */
export class Stream {
  readonly outbox = new Outbox();
  readonly inbox = new Inbox<Signal | undefined>();
}

/** What an exchange works with. */
export interface ExchangePorts {
  readonly line: Line;
  readonly timers: Timers;
  readonly pace: Pace;
  /** `welcome.limits.maxMessageBytes`. */
  readonly maxMessageBytes: number;
}

/** Moves what two lives say to each other, for as long as both have their seats: PROTOCOL.md, "Reliable signals". */
export class Exchange {
  readonly #outbox: Outbox;
  readonly #inbox: Stream['inbox'];
  readonly #ports: ExchangePorts;
  readonly #peer: RemotePeer;
  readonly #hear: (signal: Signal) => void;
  readonly #address: OutgoingSignal;
  #ackDue: Cancel | undefined;
  /** When it begins again. */
  #again: Cancel | undefined;
  /** Something was refused: until then nothing is sent. */
  #isHeld = false;
  #failures = 0;
  #isOver = false;

  constructor(
    { outbox, inbox }: Stream,
    ports: ExchangePorts,
    room: string,
    peer: RemotePeer,
    hear: (signal: Signal) => void,
  ) {
    this.#outbox = outbox;
    this.#inbox = inbox;
    this.#ports = ports;
    this.#peer = peer;
    this.#hear = hear;
    this.#address = { type: 'signal', room, to: peer.id, toInstance: peer.instance } as OutgoingSignal;
    this.resume(); // a former seat may have left numbers, under which there is nothing any more
  }

  /** Says it under the next number. */
  say(signal: Signal, body: Body, bytes: number): void {
    this.#outbox.add(signal, body, bytes);
    this.#pump();
  }

  receive(message: RelayedSignal): void {
    const { seq, ack } = message;
    if (this.#outbox.hear(seq, ack) && !this.#isHeld) this.#calm();
    const signal = payloadOf(message);
    // What was had before is acknowledged, too: its `ack` may be what was lost.
    if (seq !== undefined) this.acknowledge();
    for (const inTurn of seq === undefined ? [signal] : this.#inbox.take(seq, signal))
      if (inTurn) this.#hear(inTurn);
    this.#pump();
  }

  /** Our session, or that of the other end, is a new one: what was said may be lost, acknowledgements included. */
  resume(): void {
    this.#calm();
    this.#outbox.again();
    this.#outbox.ask();
    this.acknowledge();
    this.#pump();
  }

  /** The other end is back. */
  resumeAfterMail(): void {
    this.#outbox.settleMail();
    this.resume();
  }

  /** Says up to where everything has come, with the next signal, or alone a moment later. */
  acknowledge(withinMs = ACK_WITHIN_MS): void {
    if (this.#isOver) return;
    this.#ackDue ??= this.#ports.timers.after(withinMs, () => {
      this.#ackDue = undefined;
      // It would only fill the mail of somebody who is away.
      if (this.#peer.isAway) return;
      this.#ports.line.acknowledge({ ...this.#address, ack: this.#inbox.upTo });
      this.#ports.pace.spend();
    });
  }

  /** One of the two is gone: what cannot be said to have arrived is given up. */
  end(reason: string): void {
    this.#isOver = true;
    this.#ackDue?.();
    this.#again?.();
    this.#inbox.dropAhead();
    for (const signal of this.#outbox.giveUpAll()) this.#peer.emit('undeliverable', { signal, reason });
  }

  readonly #pump = (): void => {
    if (this.#isOver) return;
    const { pace } = this.#ports;
    for (let parcel; !this.#isHeld && !pace.isSpent(this.#pump) && (parcel = this.#outbox.next());)
      this.#send(parcel);
    // Nobody waits for the acknowledgement of somebody who is away: it comes after `peer-back`.
    if (this.#peer.isAway || this.#again) return;
    if (this.#outbox.isInDoubt) this.#beginAgain(DOUBT_MS);
    else if (this.#outbox.isUnacknowledged)
      this.#beginAgain(Math.min(PATIENCE_MS.most, PATIENCE_MS.first * 2 ** this.#failures));
  };

  #send(parcel: Parcel): void {
    const { line, pace, maxMessageBytes } = this.#ports;
    if (parcel.bytes > maxMessageBytes) return this.#giveUp(parcel, 'too-big'); // another node, with smaller limits
    const { seq, body } = parcel;
    const receipt = line.signal({ ...this.#address, ...body, seq, ack: this.#inbox.upTo } as OutgoingSignal);
    // Without a session everything waits for the next one.
    if (!receipt) return this.#outbox.settle(parcel, 'waiting');
    pace.spend();
    this.#ackDue?.();
    this.#ackDue = undefined;
    void receipt.then((settled) => this.#settle(parcel, settled));
  }

  #settle(parcel: Parcel, receipt: Receipt | undefined): void {
    if (this.#isOver) return;
    const fate = fateOf(receipt);
    this.#outbox.settle(parcel, fate);
    if (fate === 'delivered' && !this.#outbox.counts) this.#failures = 0;
    if (receipt?.type === 'error') {
      if (receipt.code === 'rate-limited') this.#ports.pace.hold(receipt.retryAfterMs ?? 0);
      if (receipt.code === 'bad-message' && parcel.signal) this.#giveUp(parcel, receipt.code);
      else if (fate === 'waiting' || this.#outbox.counts) this.#hold(receipt.retryAfterMs);
    }
    if (fate === 'unknown') this.#doubt(parcel);
    this.#pump();
  }

  #giveUp(parcel: Parcel, reason: string): void {
    const { signal } = parcel;
    if (this.#outbox.giveUp(parcel) && signal) this.#peer.emit('undeliverable', { signal, reason });
  }

  #doubt(parcel: Parcel): void {
    if (this.#outbox.counts || !parcel.signal) return;
    this.#outbox.ask();
    this.#ports.timers.after(DOUBT_MS, () => {
      if (!this.#outbox.counts && parcel.fate === 'unknown') this.#giveUp(parcel, 'delivery-timeout');
    });
  }

  #hold(retryAfterMs = 0): void {
    if (this.#isHeld) return;
    this.#isHeld = true;
    this.#beginAgain(Math.max(REFUSED_MS, retryAfterMs, backoffMs(this.#failures)));
  }

  #beginAgain(delayMs: number): void {
    this.#again?.();
    this.#again = this.#ports.timers.after(delayMs, () => {
      this.#again = undefined;
      if (this.#peer.isAway && !this.#isHeld) return;
      // Whoever counts would have shown it by now.
      if (!this.#isHeld) this.#outbox.hear();
      this.#isHeld = false;
      this.#failures++;
      this.#outbox.again();
      this.#pump();
    });
  }

  /** It goes on: the next wait is a short one. */
  #calm(): void {
    this.#again?.();
    this.#again = undefined;
    this.#isHeld = false;
    this.#failures = 0;
  }
}

function payloadOf(message: RelayedSignal): Signal | undefined {
  for (const payload of ['description', 'candidate', 'custom'] as const)
    if (payload in message) return { [payload]: message[payload] } as Signal;
  return undefined;
}

function fateOf(receipt: Receipt | undefined): Fate {
  if (!receipt) return 'unknown';
  if (receipt.type === 'delivered' || receipt.type === 'kept') return receipt.type;
  return ['delivery-timeout', 'cluster-unavailable'].includes(receipt.code) ? 'unknown' : 'waiting';
}
