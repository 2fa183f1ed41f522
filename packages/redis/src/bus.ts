import type { Bus, BusListener, Clock, Envelope, Inbox, Log } from '@parley/core';
import type { NodeId } from '@parley/protocol';
import { Cluster } from 'ioredis';

import type { Connection } from './connect.ts';
import { decodeFrame, FrameEncoder, type Frame } from './envelope-codec.ts';
import { InboxSubscription, type InboxContext } from './inbox.ts';
import { LateFrames } from './late-frames.ts';

export interface BusContext extends InboxContext {
  readonly publisher: Connection;
  readonly nodeId: NodeId;
  readonly clock: Clock;
  readonly log: Log;
}

/** A frame well under what Redis would call a slow subscriber's backlog, and quick to copy. */
const MAX_FRAME_BYTES = 1_024 * 1_024;

/**
 * Node inboxes as channels. What goes to one inbox within a turn leaves as one PUBLISH.
 *
 * PUBLISH is at most once and silent; its count of receivers is no answer either (a deaf subscriber counts). So nothing
 * is concluded from it here: the core asks for receipts.
 */
export class RedisBus implements Bus {
  readonly #context: BusContext;
  readonly #encoder: FrameEncoder;
  readonly #subscription: InboxSubscription;
  readonly #late = new LateFrames();
  readonly #inFlight = new Set<Promise<void>>();
  #gathered = new Map<Inbox, Envelope[]>();
  #listener: BusListener | undefined;
  #stopped = false;
  #skipped = 0;

  constructor(context: BusContext) {
    this.#context = context;
    this.#encoder = new FrameEncoder(context.nodeId, MAX_FRAME_BYTES);
    this.#subscription = new InboxSubscription(
      context,
      (frame) => this.#receive(frame),
      () => this.#listener?.resubscribed(),
    );
  }

  get inbox(): Inbox {
    return this.#subscription.inbox;
  }

  /** The inbox is subscribed to, as far as is known. Only a probe that comes back proves it. */
  get subscribed(): boolean {
    return this.#subscription.subscribed;
  }

  /** Frames and records so far that this version could not read, and frames that came too late. */
  get skipped(): number {
    return this.#skipped;
  }

  start(listener: BusListener): Promise<void> {
    this.#listener = listener;
    this.#context.publisher.on('ready', this.#isBack);
    return this.#subscription.start();
  }

  send(to: Inbox, envelope: Envelope): void {
    if (this.#stopped) return;
    if (this.#gathered.size === 0) this.#context.clock.endOfTurn(() => this.#flush());
    const others = this.#gathered.get(to);
    if (others) others.push(envelope);
    else this.#gathered.set(to, [envelope]);
  }

  rebuild(): void {
    this.#subscription.rebuild();
  }

  /** What was sent before still leaves. */
  async stop(): Promise<void> {
    this.#flush();
    this.#stopped = true;
    this.#context.publisher.off('ready', this.#isBack);
    this.#subscription.stop();
    await Promise.all(this.#inFlight);
    this.#listener = undefined;
  }

  /**
   * Redis was away and is back, perhaps as another process: after a failover from a master that froze, the subscription
   * stands and will be silent, and it would take a few unheard probes to tell.
   */
  readonly #isBack = (): void => this.#subscription.renew();

  #flush(): void {
    const gathered = this.#gathered;
    this.#gathered = new Map();
    for (const [to, envelopes] of gathered) {
      for (const frame of this.#encoder.encode(envelopes)) this.#publish(to, frame);
    }
  }

  #publish(to: Inbox, { bytes, envelopes }: Frame): void {
    const { publisher, keys } = this.#context;
    const channel = keys.inbox(to);
    const published =
      publisher instanceof Cluster ? publisher.spublish(channel, bytes) : publisher.publish(channel, bytes);
    const settled: Promise<void> = published.then(
      () => void this.#inFlight.delete(settled),
      () => {
        this.#inFlight.delete(settled);
        this.#listener?.failed(to, envelopes);
      },
    );
    this.#inFlight.add(settled);
  }

  #receive(bytes: Buffer): void {
    const frame = decodeFrame(bytes);
    if (!frame || this.#late.isLate(frame.from, frame.number)) {
      this.#skipped += 1;
      return;
    }
    this.#skipped += frame.skipped;
    try {
      this.#listener?.received(frame.from, frame.envelopes);
    } catch (error) {
      // Thrown on, it would pass through the parser of ioredis and end the process.
      this.#context.log.error({ error }, 'a listener of the bus threw');
    }
  }
}
