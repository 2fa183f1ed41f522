import type { Cancel, Clock, Inbox } from '@parley/core';
import { type Redis, Cluster } from 'ioredis';

import { backoffMs, openOnce, type Connection, type ConnectionContext } from './connect.ts';
import type { Keys } from './keys.ts';
import type { SingleMaster } from './topology.ts';

export interface InboxContext extends ConnectionContext {
  readonly keys: Keys;
  readonly clock: Clock;
  /** Where a Cluster is asked who owns a slot. */
  readonly commands: Connection;
}

/** So often in a row the owner of the inbox's slot may be out of reach before an inbox on another slot is taken. */
const MAX_ATTEMPTS_PER_INBOX = 3;

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
  #served: { readonly slot: number; readonly by: string } | undefined;
  #subscribed = false;
  #firstTime: (() => void) | undefined;
  #failures = 0;
  /** Which attempt counts: what an abandoned one still does is nobody's business. */
  #attempt = 0;
  #cancelRetry: Cancel = () => {};
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

  /** Gives the present connection up, whatever its state, and makes another. */
  rebuild(): void {
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
    this.#subscribe(attempt).catch((failure: unknown) => this.#retry(attempt, failure));
  }

  async #subscribe(attempt: number): Promise<void> {
    const channel = this.#context.keys.inbox(this.#inbox);
    const isSharded = this.#context.topology.kind === 'cluster';
    const owner = await this.#ownerOf(channel);
    if (attempt !== this.#attempt) return;

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
    this.#failures = 0;
    this.#subscribed = true;
    if (!this.#firstTime) return this.#resubscribed();
    this.#firstTime();
    this.#firstTime = undefined;
  }

  /** The process that hears what is published to the channel. */
  async #ownerOf(channel: string): Promise<SingleMaster> {
    const { topology, commands } = this.#context;
    if (topology.kind !== 'cluster') return topology;
    if (!(commands instanceof Cluster)) throw new TypeError('a Cluster is asked through a Cluster');
    const [slot, ranges] = await Promise.all([
      commands.cluster('KEYSLOT', channel),
      commands.cluster('SLOTS'),
    ]);
    const range = ranges.find(([first, last]) => first <= slot && slot <= last);
    const [host, port] = range?.[2] ?? [];
    if (!host || !port) throw new Error('nobody owns the slot of the inbox');
    this.#served = { slot, by: `${host}:${port}` };
    return { kind: 'standalone', address: { host, port }, db: 0, tls: false, login: topology.login };
  }

  #retry(attempt: number, failure: unknown): void {
    if (this.#stopped || attempt !== this.#attempt) return;
    this.#discard();
    this.#failures += 1;
    const { clock, random, log, topology } = this.#context;
    const level = this.#failures === 1 ? 'warn' : 'debug';
    log[level]({ failures: this.#failures, error: String(failure) }, 'inbox lost, subscribing anew');
    if (topology.kind === 'cluster' && this.#failures % MAX_ATTEMPTS_PER_INBOX === 0) {
      this.#inbox = random.id() as Inbox;
    }
    this.#cancelRetry = clock.after(backoffMs(this.#failures, random), () => this.#connect());
  }

  /** Nothing that the connection still says is heard: after a thaw it may say a lot. */
  #discard(): void {
    this.#attempt += 1;
    this.#cancelRetry();
    this.#subscribed = false;
    const redis = this.#redis;
    this.#redis = undefined;
    if (!redis) return;
    redis.removeAllListeners();
    redis.on('error', () => {}); // without a listener ioredis writes to the console
    redis.disconnect();
  }
}
