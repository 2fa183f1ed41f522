import type { Cancel, Clock, Inbox } from '@parley/core';
import { type Redis, Cluster } from 'ioredis';

import { backoffMs, openOnce, type Connection, type ConnectionContext } from './connect.ts';
import type { Keys } from './keys.ts';
import { slotOwner, type ServedSlot } from './slot-owner.ts';
import type { Address, SingleMaster } from './topology.ts';

export interface InboxContext extends ConnectionContext {
  readonly keys: Keys;
  readonly clock: Clock;
  /** Where a Cluster is asked who owns a slot. */
  readonly commands: Connection;
}

/** So often in a row the owner of the inbox's slot may be out of reach before an inbox that another one serves is taken. */
const MAX_ATTEMPTS_PER_INBOX = 3;
/** An attempt that takes longer is given up: a Redis that loads its data lets one wait, and is perhaps not the owner any more. */
const MAX_ATTEMPT_MS = 5_000;
/** So many inboxes are thought of at a time: one of them is served by another process, if there is another at all. */
const MAX_CANDIDATES = 16;

/**
 * The subscription to this node's inbox: one plain connection, which is thrown away and made anew when it ends or is said
 * to be deaf. Never the resubscription of ioredis, nor its sharded subscribers: with the slot's owner frozen those stayed
 * deaf while publishing succeeded.
 */
export class InboxSubscription {
  readonly #context: InboxContext;
  readonly #received: (frame: Buffer) => void;
  readonly #resubscribed: () => void;
  #inbox: Inbox;
  #redis: Redis | undefined;
  /** In a Cluster: the inbox's slot, and who served it when it was subscribed to. */
  #served: ServedSlot | undefined;
  /** In a Cluster: how often in a row that one was tried in vain. */
  #attemptsThere = 0;
  #subscribed = false;
  #isConnecting = false;
  #firstTime: (() => void) | undefined;
  #failures = 0;
  /** Which attempt counts: what an abandoned one still does is nobody's business. */
  #attempt = 0;
  /** Of the attempt, or of the pause before the next. */
  #cancelTimer: Cancel = () => {};
  #stopped = false;

  /** `resubscribed`: it was not heard for a while, however short, and is heard again. */
  constructor(context: InboxContext, received: (frame: Buffer) => void, resubscribed: () => void) {
    this.#context = context;
    this.#received = received;
    this.#resubscribed = resubscribed;
    this.#inbox = String(context.nodeId) as Inbox;
  }

  /** At first the text of the node's id. */
  get inbox(): Inbox {
    return this.#inbox;
  }

  /** Redis has confirmed the subscription, and the connection stands as far as is known. */
  get subscribed(): boolean {
    return this.#subscribed;
  }

  /** Resolves when Redis has confirmed the subscription for the first time. */
  start(): Promise<void> {
    this.#context.commands.on('refresh', this.#slotsLearnt);
    return new Promise((resolve) => {
      this.#firstTime = resolve;
      this.#connect();
    });
  }

  /** Gives a subscription up that is deaf, and makes another. One that is being made is as new, and soon over. */
  rebuild(): void {
    if (!this.#isConnecting) this.renew();
  }

  /** Gives the present connection up, whatever its state, and makes another: what it leads to may not be Redis any more. */
  renew(): void {
    if (this.#stopped) return;
    this.#discard();
    this.#connect();
  }

  stop(): void {
    this.#stopped = true;
    this.#context.commands.off('refresh', this.#slotsLearnt);
    this.#discard();
  }

  /** An owner that is frozen tells nobody that another has taken its slots; the rest of the Cluster does. */
  readonly #slotsLearnt = (): void => {
    const { commands } = this.#context;
    if (!this.#subscribed || !this.#served || !(commands instanceof Cluster)) return;
    const [owner] = commands.slots[this.#served.slot] ?? [];
    if (owner !== undefined && owner !== this.#served.by)
      this.#retry(this.#attempt, new Error('the slot of the inbox has another owner'));
  };

  #connect(): void {
    const attempt = ++this.#attempt;
    this.#isConnecting = true;
    const giveUp = () => this.#retry(attempt, new Error('the attempt took too long'));
    this.#cancelTimer = this.#context.clock.after(MAX_ATTEMPT_MS, giveUp);
    this.#subscribe(attempt).catch((failure: unknown) => this.#retry(attempt, failure));
  }

  async #subscribe(attempt: number): Promise<void> {
    const { keys, topology } = this.#context;
    const isSharded = topology.kind === 'cluster';
    const owner = isSharded ? await this.#locate(attempt) : topology;
    if (attempt !== this.#attempt) return;

    const channel = keys.inbox(this.#inbox);
    const redis = openOnce(owner, this.#context);
    this.#redis = redis;
    redis.on(isSharded ? 'smessageBuffer' : 'messageBuffer', (_channel, frame: Buffer) =>
      this.#received(frame),
    );
    await redis.connect();
    await (isSharded ? redis.ssubscribe(channel) : redis.subscribe(channel));
    if (attempt !== this.#attempt) return;
    if (redis.status !== 'ready') throw new Error('the connection ended');

    redis.once('end', () => this.#retry(attempt, new Error('the connection ended')));
    // The slot has another owner now, and this one hears nothing any more.
    redis.once('moved', () => this.#retry(attempt, new Error('the slot of the inbox has moved')));
    this.#cancelTimer();
    this.#failures = this.#attemptsThere = 0;
    this.#isConnecting = false;
    this.#subscribed = true;
    if (!this.#firstTime) return this.#resubscribed();
    this.#firstTime();
    this.#firstTime = undefined;
  }

  /** The process of a Cluster that hears the inbox. When it was out of reach too often, the inbox becomes one that another hears. */
  async #locate(attempt: number): Promise<SingleMaster> {
    const { topology, commands, keys } = this.#context;
    if (!(commands instanceof Cluster)) throw new TypeError('a Cluster is asked through a Cluster');
    let inbox = this.#inbox;
    let served = await slotOwner(commands, keys.inbox(inbox));
    if (this.#attemptsThere >= MAX_ATTEMPTS_PER_INBOX)
      [inbox, served] = await this.#mint(commands, served.by);
    if (attempt === this.#attempt) this.#settleAt(inbox, served);
    if (!served.by) throw new Error('nobody owns the slot of the inbox');
    const { login } = topology;
    return { kind: 'standalone', address: addressOf(served.by), db: 0, tls: false, login };
  }

  /** A new inbox, at any process but this one; at this one, if there is no other. */
  async #mint(cluster: Cluster, silent: string | undefined): Promise<[Inbox, ServedSlot]> {
    const { random, keys } = this.#context;
    for (let candidates = 1; ; candidates += 1) {
      const inbox = random.id() as Inbox;
      const served = await slotOwner(cluster, keys.inbox(inbox));
      if (served.by !== silent || candidates === MAX_CANDIDATES) return [inbox, served];
    }
  }

  #settleAt(inbox: Inbox, served: ServedSlot): void {
    if (inbox !== this.#inbox) this.#attemptsThere = 0;
    this.#inbox = inbox;
    this.#served = served;
    this.#attemptsThere += 1;
  }

  #retry(attempt: number, failure: unknown): void {
    if (this.#stopped || attempt !== this.#attempt) return;
    this.#discard();
    this.#failures += 1;
    const { clock, random, log } = this.#context;
    const level = this.#failures === 1 ? 'warn' : 'debug';
    log[level]({ failures: this.#failures, error: String(failure) }, 'inbox lost, subscribing anew');
    this.#cancelTimer = clock.after(backoffMs(this.#failures, random), () => this.#connect());
  }

  /** Nothing that the connection still says is heard: after a thaw it may say a lot. */
  #discard(): void {
    this.#attempt += 1;
    this.#cancelTimer();
    this.#isConnecting = this.#subscribed = false;
    const redis = this.#redis;
    this.#redis = undefined;
    if (!redis) return;
    redis.removeAllListeners();
    redis.on('error', () => {}); // without a listener ioredis writes to the console
    redis.disconnect();
  }
}

/** Of `host:port`; a host may be an IPv6 address, without brackets. */
function addressOf(place: string): Address {
  const colon = place.lastIndexOf(':');
  return { host: place.slice(0, colon), port: Number(place.slice(colon + 1)) };
}
