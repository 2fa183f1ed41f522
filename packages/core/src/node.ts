import { type Incoming, type Outgoing, type SessionId } from '@parley/protocol';
import { Door, json } from './door.ts';
import type { LeaveReason } from './envelope.ts';
import { dispatch } from './handlers/index.ts';
import type { HandlerParts } from './handlers/handler.ts';
import { Heartbeat } from './heartbeat.ts';
import { Hub } from './hub.ts';
import { LIMITS } from './limits.ts';
import { takeSeat } from './match-seating.ts';
import { Matchmaker } from './matchmaker.ts';
import { Membership } from './membership.ts';
import type { NodeOptions } from './options.ts';
import type { Bus } from './ports/bus.ts';
import type { Clock, Random } from './ports/clock.ts';
import { type Directory, type KnownNode, Unavailable } from './ports/directory.ts';
import type { Limiter } from './ports/limiter.ts';
import type { Log } from './ports/log.ts';
import type { Metrics } from './ports/metrics.ts';
import type { Admission, HttpAnswer, HttpRequest, Socket, SocketListener } from './ports/socket.ts';
import type { TokenVerifier } from './ports/verifier.ts';
import { Presence } from './presence.ts';
import { Rooms } from './rooms.ts';
import { Router } from './router.ts';
import { type Admitted, Session, type SessionOwner } from './session.ts';
import { Streams } from './streams.ts';
import { Wheel } from './wheel.ts';
import { Writer } from './writer.ts';

/** What a node needs of the world. */
export interface NodePorts {
  readonly bus: Bus;
  readonly directory: Directory;
  readonly limiter: Limiter;
  readonly verifier: TokenVerifier;
  readonly metrics: Metrics;
  readonly log: Log;
  readonly clock: Clock;
  readonly random: Random;
}

/**
 * One server process of a Parley cluster.
 *
 * A node keeps its own sockets and nothing else: it is the truth about its sessions, and a guest in everything it shares. What
 * it wishes the shared world to be (this peer is here, these seats are taken, that one waits) it holds in memory and asserts
 * through one writer, again and again, under entries that end by themselves. So whatever the directory forgets, the nodes say
 * again; and whatever a node leaves behind when it dies, goes.
 *
 * A message passes `Session` (size, budget, schema), the handler of its type, and then, by what it is about: `Rooms`,
 * `Matchmaker` or, for a signal, `Router`, which hands it to a session of this node or to the `Streams` that lead to the
 * other nodes. A single node is a cluster of one, on ports that keep everything in memory.
 */
export class ParleyNode implements SessionOwner {
  readonly clock: Clock;
  readonly metrics: Metrics;
  readonly options: NodeOptions;
  readonly membership: Membership;
  readonly #ports: NodePorts;
  readonly #door: Door;
  readonly #hub = new Hub();
  readonly #writer: Writer;
  readonly #streams: Streams;
  readonly #rooms: Rooms;
  readonly #router: Router;
  readonly #matchmaker: Matchmaker;
  readonly #presence: Presence;
  readonly #heartbeat: Heartbeat;
  readonly #expiries: Wheel<SessionId>;
  readonly #parts: HandlerParts;

  constructor(options: NodeOptions, ports: NodePorts) {
    const { clock, random, bus, directory, metrics, log } = ports;
    const { node } = options;
    const hub = this.#hub;
    this.options = options;
    this.clock = clock;
    this.metrics = metrics;
    this.#ports = ports;
    const writer = (this.#writer = new Writer({ clock, random, metrics, log }));
    const lives = options.livesForTesting ?? {
      lifeMs: options.resumeWindowMs + LIMITS.lifeBeyondResumeMs,
      renewalMs: LIMITS.renewalIntervalMs,
    };
    const membership = (this.membership = new Membership({
      node,
      table: directory.nodes,
      bus,
      clock,
      random,
      log,
      describe: () => ({ version: options.version, sessions: hub.counts() }),
      events: {
        nodesEnded: (nodes) => {
          for (const ended of nodes) this.#streams.forget(ended);
          this.#rooms.doubt(nodes);
        },
        dataLost: () => {
          this.#presence.assertAll();
          this.#rooms.assertAll();
          this.#matchmaker.assertAll();
        },
      },
    }));
    const streams = (this.#streams = new Streams({
      bus,
      clock,
      membership,
      metrics,
      events: {
        signal: (_from, envelope, settle) => this.#router.receive(envelope, settle),
        room: (envelope, late) => this.#rooms.happened(envelope, late),
        match: (envelope) => this.#matchmaker.told(envelope),
        replaced: (envelope) => this.#presence.replaced(envelope),
        missed: (from) => this.#rooms.doubt([from]),
      },
    }));
    const shared = { node, membership, streams, writer, clock, random, hub, metrics, ...lives };
    const rooms = (this.#rooms = new Rooms({
      ...shared,
      directory: directory.rooms,
      asked: (key) => this.#router.asked(key),
      read: (key) => this.#router.read(key),
      settled: (key) => this.#router.settled(key),
      closed: (key) => this.#router.closed(key),
    }));
    const router = (this.#router = new Router({ ...shared, rooms }));
    const matchmaker = (this.#matchmaker = new Matchmaker({
      ...shared,
      directory: directory.queues,
      matched: async (member, match, wish) => {
        const outcome = await takeSeat(rooms, member, match, wish);
        if (outcome === 'joined') metrics.matched(match.members.length);
      },
      timedOut: (member, { queue, size }) => member.fail('match-timeout', { queue, size }),
    }));
    this.#presence = new Presence({ ...shared, directory: directory.peers });
    this.#heartbeat = new Heartbeat({ hub, clock, idleTimeoutMs: options.idleTimeoutMs });
    this.#expiries = new Wheel(clock, (session) => hub.get(session)?.close('token-expired'));
    this.#door = new Door({
      options,
      verifier: ports.verifier,
      membership,
      random,
      metrics,
      events: { accept: (admitted, socket) => this.#accept(admitted, socket) },
    });
    this.#parts = {
      ...ports,
      options,
      rooms,
      router,
      matchmaker,
      membership,
      expiresIn: (session, ms) => this.#expire(session, ms),
    };
    metrics.observe(() => ({
      sessions: hub.size,
      rooms: rooms.size,
      waiters: matchmaker.waiting,
      pendingReceipts: streams.pending,
      nodesAlive: membership.nodes.filter(({ state }) => state === 'alive').length,
      directoryUp: membership.up,
      hears: membership.hears,
    }));
  }

  /** Listens to the other nodes and begins to beat. Resolves when the directory has answered for the first time. */
  async start(): Promise<void> {
    await this.#ports.bus.start(this.#streams);
    this.#heartbeat.start();
    this.membership.start();
    await this.membership.ready;
  }

  /** Whether new sessions are welcome here. */
  get isReady(): boolean {
    return this.membership.up && this.membership.hears;
  }

  /** An upgrade request: who comes in, and how the others are told. */
  upgrade(request: HttpRequest): Promise<Admission> {
    return this.#door.connect(request);
  }

  /** `GET /v1/check`. */
  check(request: HttpRequest): Promise<HttpAnswer> {
    return this.#door.check(request);
  }

  /** `GET /v1/health`: 200 or 503, and nothing that a stranger could learn from. */
  health(): HttpAnswer {
    return this.isReady ? json(200, { status: 'ok' }) : json(503, { status: 'unavailable' });
  }

  /** What an operator sees of this node. */
  status(): {
    readonly sessions: number;
    readonly rooms: number;
    readonly waiters: number;
    readonly nodes: readonly KnownNode[];
  } {
    return {
      sessions: this.#hub.size,
      rooms: this.#rooms.size,
      waiters: this.#matchmaker.waiting,
      nodes: this.membership.nodes,
    };
  }

  /** Ends every session, gives back what they held, says goodbye. Nothing is left running. */
  async stop(): Promise<void> {
    this.#door.close();
    for (const session of this.#hub.all()) session.close('drained');
    await this.#settled(STOP_TIMEOUT_MS);
    this.#writer.stop();
    this.#heartbeat.stop();
    for (const part of [this.#rooms, this.#matchmaker, this.#presence, this.#expiries, this.#streams])
      part.stop();
    await this.membership.stop();
    await this.#ports.bus.stop();
  }

  handle(session: Session, message: Incoming, payload: string): void {
    try {
      const handled = dispatch({ session, node: this.#parts, payload }, message);
      handled?.catch((error: unknown) => this.#failed(session, message, error));
    } catch (error) {
      this.#failed(session, message, error);
    }
  }

  ended(session: Session, reason: LeaveReason): void {
    this.#hub.remove(session);
    this.#expiries.delete(session.session);
    for (const key of session.rooms.keys()) void this.#rooms.leave(session, key, reason);
    for (const key of session.queues) void this.#matchmaker.leave(session, key);
    void this.#presence.release(session);
  }

  /** Sizes of everything that must be empty when nobody is here. */
  leftoversForTesting(): Readonly<Record<string, number>> {
    return {
      sessions: this.#hub.size,
      inside: this.#door.inside,
      addresses: this.#door.addresses,
      rooms: this.#rooms.size,
      queues: this.#matchmaker.size,
      held: this.#router.held,
      writing: this.#writer.size,
      pendingReceipts: this.#streams.pending,
      expiries: this.#expiries.size,
      renewals:
        this.#rooms.renewalsForTesting +
        this.#matchmaker.renewalsForTesting +
        this.#presence.renewalsForTesting,
    };
  }

  /** A socket is open. Its session is heard from now on, and welcome once its claim stands. */
  #accept(admitted: Admitted, socket: Socket): SocketListener {
    const session = new Session(admitted, socket, this);
    this.metrics.sessionOpened();
    this.#hub.add(session);
    this.#expire(session, admitted.identity.expiresInMs);
    this.#presence.claim(session).then(
      (outcome) =>
        outcome === 'claimed'
          ? session.open(this.#welcome(session))
          : session.close('superseded-while-connecting'),
      (error: unknown) =>
        session.close(
          error instanceof Unavailable ? 'cluster-unavailable' : 'internal',
          LIMITS.beatIntervalMs,
        ),
    );
    return session;
  }

  #welcome({ peer, user, instance, session, realm, identity }: Session): Outgoing {
    const { maxMessageBytes, iceServers } = this.options;
    return {
      type: 'welcome',
      peer,
      ...(user && { user }),
      instance,
      session,
      realm,
      resumed: false,
      ...(identity.expiresInMs !== undefined && { expiresInMs: identity.expiresInMs }),
      heartbeatMs: LIMITS.heartbeatIntervalMs,
      limits: {
        maxMessageBytes,
        maxRooms: LIMITS.roomsPerSession,
        maxQueues: LIMITS.queuesPerSession,
        maxPendingSignals: LIMITS.pendingPerSession,
      },
      features: [],
      iceServers: [...iceServers],
    };
  }

  #expire({ session }: Session, expiresInMs: number | undefined): void {
    if (expiresInMs === undefined) this.#expiries.delete(session);
    else this.#expiries.set(session, expiresInMs);
  }

  #failed(session: Session, message: Incoming, error: unknown): void {
    const re = message.id !== undefined && { re: message.id };
    if (error instanceof Unavailable)
      return session.fail('cluster-unavailable', { ...re, retryAfterMs: LIMITS.beatIntervalMs });
    this.#ports.log.error(
      { event: 'handler-failed', type: message.type, error },
      'a handler failed; its session ends',
    );
    session.close('internal');
  }

  /** Waits until nothing is left to be given back, but not for ever. */
  async #settled(timeoutMs: number): Promise<void> {
    const deadlineMs = this.clock.nowMs() + timeoutMs;
    while (this.#writer.size > 0 && this.clock.nowMs() < deadlineMs) {
      await new Promise<void>((resolve) => this.clock.after(10, resolve));
    }
  }
}

const STOP_TIMEOUT_MS = 1_500;
