import type { NodeId, Realm } from '@parley/protocol';
import { LIMITS } from './limits.ts';
import type { Bus, Inbox } from './ports/bus.ts';
import type { Cancel, Clock, Random } from './ports/clock.ts';
import {
  type BeatAnswer,
  type KnownNode,
  type NodeRow,
  type NodeTable,
  type Reading,
  Unavailable,
} from './ports/directory.ts';
import { OwnInbox } from './own-inbox.ts';
import type { Log } from './ports/log.ts';
import { Steadiness } from './steadiness.ts';

export interface MembershipEvents {
  /** These nodes are lost, or have said goodbye. Said once for each. */
  nodesEnded(nodes: readonly NodeId[]): void;
  /** This node hears again after it was deaf, or did not listen: it may have missed anything. */
  heardAgain(): void;
  /** The directory has lost data: everything this node knows is to be asserted. */
  dataLost(): void;
  /** This node was taken for lost, and is back: others may have its peers by now, and its sockets may be dead. */
  returned(): void;
  /** The directory has answered a beat. */
  beaten(answer: BeatAnswer): void;
}

export type NodeState = KnownNode['state'] | 'unknown';

/**
 * Which nodes are alive, and what time it is.
 *
 * Every two seconds the node beats: it says that it is alive and hears who else is. A node is lost when its row says so,
 * never because of silence; a node whose own beat fails passes no verdict. Once a beat the node also sends a probe to its own
 * inbox: if it does not come back, this node is deaf, says so in its row, and the others answer `cluster-unavailable`
 * instead of sending into the void.
 */
export class Membership {
  /** Resolves with the first beat. */
  readonly ready: Promise<void>;

  readonly #node: NodeId;
  readonly #table: NodeTable;
  readonly #bus: Bus;
  readonly #clock: Clock;
  readonly #ownInbox: OwnInbox;
  readonly #log: Log;
  readonly #describe: () => Pick<NodeRow, 'version' | 'sessions'>;
  readonly #events: MembershipEvents;
  /** How long a peer may be away. */
  readonly awayMs: number;
  readonly #steadiness = new Steadiness({
    illAfterMs: LIMITS.unreadyAfterMs,
    wellAfterMs: LIMITS.readyAgainAfterMs,
  });

  #known: ReadonlyMap<NodeId, KnownNode> = new Map();
  #last: BeatAnswer | undefined;
  #up = false;
  #upSinceMs = 0;
  #offsetMs = 0;
  #recoveringUntilMs = 0;
  #beatenAtMs = 0;
  #cancel: Cancel | undefined;
  #beating: Promise<void> | undefined;
  #isBeating = false;
  #stopped = false;
  #markReady!: () => void;

  constructor(options: {
    node: NodeId;
    table: NodeTable;
    bus: Bus;
    clock: Clock;
    random: Random;
    log: Log;
    describe: () => Pick<NodeRow, 'version' | 'sessions'>;
    /** How long a peer may be away. */
    awayMs: number;
    events: MembershipEvents;
  }) {
    this.#node = options.node;
    this.#table = options.table;
    this.#bus = options.bus;
    this.#clock = options.clock;
    this.#ownInbox = new OwnInbox(options);
    this.#log = options.log;
    this.#describe = options.describe;
    this.#events = options.events;
    this.awayMs = options.awayMs;
    this.ready = new Promise((resolve) => (this.#markReady = resolve));
  }

  start(): void {
    this.#ownInbox.excuseSleep();
    this.#table.whenBack?.(() => this.#beatNow());
    this.#beatNow();
  }

  /** Says goodbye. Nothing is beaten after this. */
  async stop(): Promise<void> {
    this.#stopped = true;
    this.#cancel?.();
    await this.#beating;
    await this.#table.goodbye(this.#node).catch((error: unknown) => {
      this.#log.warn(
        { event: 'goodbye-failed', error: String(error) },
        'could not say goodbye; the row will lapse',
      );
    });
  }

  /** The directory's time in milliseconds, as the last beat taught it. Meaningless before {@link ready}. */
  nowMs(): number {
    return this.#clock.nowMs() + this.#offsetMs;
  }

  /** The last beat succeeded, at a time when one was due. */
  get up(): boolean {
    return this.#up;
  }

  /** This node hears its own inbox. */
  get hears(): boolean {
    return this.#ownInbox.hears;
  }

  /** Whether new sessions are well served here: a hiccup of the directory does not change that, and one good beat neither. */
  get isSteady(): boolean {
    return this.#look();
  }

  /** How long ago the inbox was last known to be heard. */
  get probeAgeMs(): number {
    return this.#ownInbox.ageMs;
  }

  /**
   * The last beat has not outlived itself. Otherwise this node may have been taken for lost meanwhile, and what comes through
   * its inbox may be of long ago: first it beats, then it listens.
   */
  get isCurrent(): boolean {
    return this.#clock.nowMs() - this.#beatenAtMs < LIMITS.beatLifeMs;
  }

  /** Whether this node may say who is here: nobody can have taken it for lost since its last beat. */
  get mayAssert(): boolean {
    return this.#up && this.isCurrent;
  }

  /** No window ends before this time of the directory: see {@link Reading.mercyUntilMs}. */
  get mercyUntilMs(): number {
    const { wokeAtMs = 0 } = this.#last ?? {};
    return wokeAtMs > 0 ? wokeAtMs + this.awayMs : 0;
  }

  /** What this node knows and a key of the directory cannot, of entries that are asserted for `lifeMs`. */
  reading(lifeMs: number): Reading {
    // Whose own beat fails passes no verdict: whom it took for lost may be back.
    const lost = this.#up ? this.ended() : [];
    const lostUntilMs = (this.#last?.nowMs ?? 0) + lifeMs;
    return { lost, lostUntilMs, awayMs: this.awayMs, mercyUntilMs: this.mercyUntilMs };
  }

  /** The directory has lost data a short while ago: what is absent may only not be back yet. */
  get recovering(): boolean {
    return this.recoveryMs > 0;
  }

  /** How long {@link recovering} will last, in whole milliseconds. */
  get recoveryMs(): number {
    return Math.max(0, Math.ceil(this.#recoveringUntilMs - this.#clock.nowMs()));
  }

  state(node: NodeId): NodeState {
    return this.#known.get(node)?.state ?? 'unknown';
  }

  /** Where to reach a node: `undefined` if it has ended or is deaf. One so new that no beat told of it has its first inbox. */
  inboxOf(node: NodeId): Inbox | undefined {
    const row = this.#known.get(node);
    if (!row) return node as string as Inbox;
    return row.state === 'alive' && row.hears ? row.inbox : undefined;
  }

  /** The node that listens there, if it is known. */
  nodeAt(inbox: Inbox): NodeId | undefined {
    for (const row of this.#known.values()) if (row.inbox === inbox) return row.node;
    return undefined;
  }

  /** Nodes that are known to be lost or gone. */
  ended(): NodeId[] {
    return [...this.#known.values()].filter(({ state }) => state !== 'alive').map(({ node }) => node);
  }

  /** The nodes that are alive, but for this one. */
  others(): NodeId[] {
    return this.#alive()
      .map(({ node }) => node)
      .filter((node) => node !== this.#node);
  }

  /** Sessions of a realm on the other nodes, as of their last beats. */
  sessionsElsewhere(realm: Realm): number {
    const others = this.#alive().filter(({ node }) => node !== this.#node);
    return others.reduce((sum, { sessions }) => sum + (sessions[realm] ?? 0), 0);
  }

  #alive(): KnownNode[] {
    return [...this.#known.values()].filter(({ state }) => state === 'alive');
  }

  get nodes(): readonly KnownNode[] {
    return [...this.#known.values()];
  }

  /** A probe came through the inbox. */
  heard(token: string): void {
    if (!this.#ownInbox.heard(token)) return;
    this.#events.heardAgain();
    // The others send nothing here before a beat has told them.
    this.#beatNow();
  }

  /** The inbox is listened to again after it was not. */
  resubscribed(): void {
    this.#ownInbox.resubscribed();
  }

  /** Beats now, and resolves when that is answered, or is not. */
  async look(): Promise<void> {
    this.#beatNow();
    await this.#beating;
  }

  #beatNow(): void {
    if (this.#stopped || this.#isBeating) return;
    this.#cancel?.();
    this.#beating = this.#beat();
  }

  async #beat(): Promise<void> {
    this.#isBeating = true;
    this.#look();
    const startedAtMs = this.#clock.nowMs();
    this.#ownInbox.excuseSleep();
    try {
      const row = { node: this.#node, inbox: this.#bus.inbox, hears: this.hears, ...this.#describe() };
      const answer = await this.#table.beat(row, LIMITS.beatLifeMs);
      // This process slept over it: what it says of the time and of the nodes was true long ago.
      if (this.#clock.nowMs() - startedAtMs > LIMITS.beatIntervalMs)
        throw new Unavailable('the answer to a beat was read too late');
      this.#learn(answer, startedAtMs);
    } catch (error) {
      this.#missed(error);
    }
    this.#isBeating = false;
    if (this.#stopped) return;
    this.#ownInbox.ask(this.#up ? this.#upSinceMs : undefined);
    this.#cancel = this.#clock.after(LIMITS.beatIntervalMs, () => this.#beatNow());
  }

  /** Something that this node had said was not there: a part of the directory has lost its data, though not the table. */
  foundLost(): void {
    if (!this.recovering) this.#recover();
  }

  #recover(): void {
    this.#recoveringUntilMs = this.#clock.nowMs() + LIMITS.recoveryMs;
    this.#log.warn(
      { event: 'directory-lost-data' },
      'the directory has lost data; everything is asserted again',
    );
    this.#events.dataLost();
  }

  #look(): boolean {
    return this.#steadiness.look(this.up && this.hears, this.#clock.nowMs());
  }

  /** Whatever it was, the next beat is tried: a node that stops beating is taken for dead. */
  #missed(error: unknown): void {
    if (!(error instanceof Unavailable)) this.#log.error({ event: 'beat-failed', error }, 'a beat failed');
    else if (this.#up) this.#log.warn({ event: 'beat-failed', error }, 'the directory does not answer');
    this.#up = false;
    this.#look();
  }

  #learn(answer: BeatAnswer, startedAtMs: number): void {
    const now = this.#clock.nowMs();
    const before = this.#last;
    this.#offsetMs = answer.nowMs - (startedAtMs + now) / 2;
    this.#last = answer;
    const silentMs = now - this.#beatenAtMs;
    this.#beatenAtMs = now;
    // What came meanwhile was not heeded.
    if (before && silentMs >= LIMITS.beatLifeMs) this.#events.heardAgain();
    if (!this.#up) {
      this.#upSinceMs = now;
      if (before) this.#log.info({ event: 'beat-resumed' }, 'the directory answers again');
    }
    this.#up = true;

    const previous = this.#known;
    this.#known = new Map(answer.nodes.map((row) => [row.node, row]));
    const ended = answer.nodes.filter(
      ({ node, state }) => state !== 'alive' && previous.get(node)?.state === 'alive',
    );
    if (ended.length > 0) this.#events.nodesEnded(ended.map(({ node }) => node));

    // A count that does not rise: a replica was promoted that had not heard everything.
    if (before && (before.table !== answer.table || before.beats >= answer.beats)) this.#recover();
    const isLapsed = answer.was === 'lost' || (answer.was === 'new' && before?.table === answer.table);
    if (before && isLapsed) {
      this.#log.warn({ event: 'node-returned' }, 'this node was taken for lost, and is back');
      this.#events.returned();
    }
    this.#events.beaten(answer);
    this.#look();
    this.#markReady();
  }
}
