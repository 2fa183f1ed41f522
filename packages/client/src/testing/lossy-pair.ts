import type { RelayedSignal, RoomPeer } from '@parley/protocol/plain';

import type { Json, Undeliverable } from '../api.ts';
import { Exchange, Stream } from '../exchange.ts';
import { Pace } from '../pace.ts';
import type { Line, OutgoingSignal, PeerWire, Receipt } from '../ports.ts';
import { RemotePeer } from '../signaling-peer.ts';
import { Timers } from '../timers.ts';

/** What becomes of one frame. */
export type FrameFate =
  /** It arrives, and its receipt says so. */
  | 'arrives'
  /** It arrives a second time, later: as mail that was handed to two sessions. */
  | 'arrives-twice'
  /** It was written to a socket of the receiver that was dead, and is replaced by and by. */
  | 'lost-as-delivered'
  /** Nobody knows, and it did arrive. */
  | 'arrives-in-doubt'
  /** Nobody knows, and it did not. */
  | 'lost-in-doubt'
  | 'refused'
  /** The session of the sender ends with it. */
  | 'drops-session';

export interface End {
  readonly exchange: Exchange;
  readonly stream: Stream;
  readonly timers: Timers;
  readonly peer: RemotePeer;
  readonly heard: Json[];
  readonly undeliverable: Undeliverable[];
  readonly frames: OutgoingSignal[];
  say(custom: Json): void;
}

/** How long a session is gone. */
const GONE_MS = 700;

/** Two ends of a line on which everything happens to a frame that may; `fateOf` decides. */
export class LossyPair {
  readonly ends: readonly [End, End];
  /** The receiver of frames answers in its own way: a plain client, for example. */
  readonly #fateOf: () => FrameFate;

  constructor(fateOf: () => FrameFate, streams: readonly [Stream, Stream] = [new Stream(), new Stream()]) {
    this.#fateOf = fateOf;
    this.ends = [this.#end(0, streams[0]), this.#end(1, streams[1])];
  }

  stop(): void {
    for (const { timers } of this.ends) timers.clear();
  }

  #end(index: 0 | 1, stream: Stream): End {
    const other = index === 0 ? 1 : 0;
    const timers = new Timers();
    const heard: Json[] = [];
    const undeliverable: Undeliverable[] = [];
    const frames: OutgoingSignal[] = [];
    const facts = { peer: `p.${other}`, instance: `i.${other}`, polite: index === 0 } as RoomPeer;
    const peer = new RemotePeer({ facts } as PeerWire);
    peer.on('undeliverable', (gone) => undeliverable.push(gone));
    let isOpen = true;
    const deliver = (frame: OutgoingSignal, delayMs: number) => {
      setTimeout(() => this.ends[other].exchange.receive(relayed(frame, index)), delayMs);
    };
    const drop = () => {
      isOpen = false;
      setTimeout(() => {
        isOpen = true;
        exchange.resume();
      }, GONE_MS);
    };
    const renew = () => setTimeout(() => this.ends[other].exchange.resume(), GONE_MS);
    const transmit = (frame: OutgoingSignal): Receipt | undefined => {
      frames.push(frame);
      const fate = this.#fateOf();
      if (fate.startsWith('arrives')) deliver(frame, 5);
      if (fate === 'arrives-twice') deliver(frame, 350);
      if (fate === 'refused') return { type: 'error', code: 'peer-unreachable' };
      if (fate === 'lost-as-delivered') renew();
      if (fate.endsWith('in-doubt')) return { type: 'error', code: 'delivery-timeout' };
      if (fate === 'drops-session') drop();
      return fate === 'drops-session' ? undefined : { type: 'delivered' };
    };
    const line = {
      signal: (frame) =>
        isOpen
          ? new Promise<Receipt | undefined>((resolve) => {
              const receipt = transmit(frame);
              setTimeout(() => resolve(receipt), 10);
            })
          : undefined,
      acknowledge(frame) {
        if (!isOpen) return;
        // Without an `id`, only errors are told.
        const receipt = transmit(frame);
        if (receipt?.type === 'error') setTimeout(() => exchange.acknowledge(2_000), 10);
      },
    } as Line;
    const ports = { line, timers, pace: new Pace(timers), maxMessageBytes: 65_536 };
    const exchange = new Exchange(stream, ports, 'lobby', peer, (signal) => {
      if ('custom' in signal) heard.push(signal.custom);
    });
    const say = (custom: Json) => exchange.say({ custom }, { custom }, 100);
    return { exchange, stream, timers, peer, heard, undeliverable, frames, say };
  }
}

function relayed({ seq, ack, custom, description, candidate }: OutgoingSignal, from: number): RelayedSignal {
  const said = { seq, ack, custom, description, candidate };
  return JSON.parse(
    JSON.stringify({ type: 'signal', room: 'lobby', from: `p.${from}`, fromInstance: `i.${from}`, ...said }),
  ) as RelayedSignal;
}
