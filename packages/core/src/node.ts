import { type Received, MATCH_SIZE } from '@parley/protocol';
import { aboutOf } from './about.ts';
import { arrive } from './arrival.ts';
import { takeLeave } from './farewell.ts';
import type { MessageOf } from './handlers/handler.ts';
import { Drain } from './drain.ts';
import { dispatch } from './handlers/index.ts';
import { json } from './http-answer.ts';
import { queueKey, roomKey } from './keys.ts';
import { LIMITS } from './limits.ts';
import type { Membership } from './membership.ts';
import type { Operations } from './operations.ts';
import type { NodeOptions } from './options.ts';
import { assemble, gaugesOf, leftoversOf, type NodeParts, type NodePorts } from './parts.ts';
import type { Clock } from './ports/clock.ts';
import { type KnownNode, Unavailable } from './ports/directory.ts';
import type { Metrics, SessionEnd } from './ports/metrics.ts';
import type { Admission, HttpAnswer, HttpRequest, Socket, SocketListener } from './ports/socket.ts';
import { waitWhile } from './patience.ts';
import { type Admitted, Session, type SessionOwner } from './session.ts';

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
  readonly #parts: NodeParts;

  constructor(options: NodeOptions, ports: NodePorts) {
    const parts = assemble(options, ports, {
      accept: (admitted, socket) => this.#accept(admitted, socket),
    });
    this.clock = ports.clock;
    this.metrics = ports.metrics;
    this.options = options;
    this.membership = parts.membership;
    this.#parts = parts;
    ports.metrics.observe(() => gaugesOf(parts));
  }

  /** Listens to the other nodes and begins to beat. Resolves when the directory has answered for the first time. */
  async start(): Promise<void> {
    const { bus, streams, heartbeat, membership } = this.#parts;
    await bus.start(streams);
    heartbeat.start();
    membership.start();
    await membership.ready;
  }

  /** Says that it is not ready, so that balancers send nobody any more. Whoever comes all the same is welcome. */
  withdraw(): void {
    this.#parts.door.withdraw();
  }

  /** Whether new sessions are welcome here. */
  get isReady(): boolean {
    const { door } = this.#parts;
    return !door.isWithdrawn && !door.isClosed && this.membership.isSteady;
  }

  /** An upgrade request: who comes in, and how the others are told. Never rejects. */
  upgrade(request: HttpRequest): Promise<Admission> {
    return this.#parts.door.connect(request);
  }

  /** A socket is open. Its session is heard from now on, and welcome once its claim stands. */
  #accept(admitted: Admitted, socket: Socket): SocketListener {
    const { hub } = this.#parts;
    const session = new Session(admitted, socket, this);
    this.metrics.sessionOpened();
    hub.add(session);
    this.#parts.livesFor(session);
    this.#parts.expiresIn(session, admitted.identity.expiresInMs);
    this.#parts.narrator.opened(session);
    arrive(session, this.#parts).catch((error: unknown) =>
      session.close(error instanceof Unavailable ? 'cluster-unavailable' : 'internal', LIMITS.beatIntervalMs),
    );
    return session;
  }

  /** A message came. */
  handle(session: Session, message: Received, payload: string): void | Promise<void> {
    try {
      const handled = dispatch({ session, node: this.#parts, payload }, message);
      return handled?.catch((error: unknown) => this.#failed(session, message, error));
    } catch (error) {
      this.#failed(session, message, error);
    }
  }

  #failed(session: Session, message: Received, error: unknown): void {
    if (error instanceof Unavailable)
      return session.fail('cluster-unavailable', {
        ...aboutOf(message),
        retryAfterMs: LIMITS.beatIntervalMs,
      });
    this.metrics.faulted();
    this.#parts.log.error(
      {
        event: 'handler-failed',
        type: message.type,
        session: this.#parts.pseudonyms.of(session.session),
        error,
      },
      'a handler failed; its session ends',
    );
    session.close('internal');
  }

  hasEntered(session: Session, message: MessageOf<'join' | 'match'>): boolean {
    const { realm, queues } = session;
    if (message.type === 'match')
      return queues.has(queueKey(realm, message.size ?? MATCH_SIZE.default, message.queue));
    const { room } = message;
    return room !== undefined && this.#parts.rooms.seatOf(session, roomKey(realm, room)) !== undefined;
  }

  confirmed(session: Session): void {
    this.#parts.presence.confirm(session);
  }

  /** A session has ended: what it held is given back, left waiting for it, or another's by now. */
  ended(session: Session, end: SessionEnd): void {
    const { hub, expiries, lifetimes, narrator } = this.#parts;
    hub.remove(session);
    narrator.closed(session, end);
    expiries.delete(session.session);
    lifetimes.delete(session.session);
    takeLeave(session, session.parting, this.#parts);
  }

  /**
   * Takes nobody in any more, and lets who is here go, each at a time of its own within `windowMs`. Resolves when nobody is left
   * or the time is over; {@link stop} is next.
   */
  async drain(windowMs: number): Promise<void> {
    this.#parts.door.close();
    await new Drain(this.#parts).run(windowMs);
  }

  /** Ends every session, gives back what they held, says goodbye. Nothing is left running. */
  async stop(): Promise<void> {
    const { door, hub, writer, heartbeat, doubt, rooms, router, matchmaker, presence } = this.#parts;
    const { expiries, lifetimes, streams, bus } = this.#parts;
    door.close();
    for (const session of hub.all()) session.close('drained');
    // Until nothing is left to be given back, but not for ever.
    await waitWhile(() => writer.size > 0, { clock: this.clock, everyMs: 10, mostMs: STOP_TIMEOUT_MS });
    for (const part of [
      writer,
      heartbeat,
      doubt,
      rooms,
      router,
      matchmaker,
      presence,
      expiries,
      lifetimes,
      streams,
    ])
      part.stop();
    await this.membership.stop();
    await bus.stop();
  }

  /** `GET /v1/check`. Never rejects. */
  check(request: HttpRequest): Promise<HttpAnswer> {
    return this.#parts.door.check(request);
  }

  /** `GET /v1/health`: 200 or 503, and nothing that a stranger could learn from. */
  health(): HttpAnswer {
    return this.isReady ? json(200, { status: 'ok' }) : json(503, { status: 'unavailable' });
  }

  /** What operators see of the sessions, and do about them. */
  get operations(): Operations {
    return this.#parts.operations;
  }

  /** What an operator sees of this node. */
  status(): NodeStatus {
    const { hub, rooms, matchmaker, membership } = this.#parts;
    return {
      sessions: hub.size,
      rooms: rooms.size,
      waiters: matchmaker.waiting,
      nodes: membership.nodes,
    };
  }

  /** Sizes of everything that must be empty when nobody is here. */
  leftoversForTesting(): Readonly<Record<string, number>> {
    return leftoversOf(this.#parts);
  }
}

/** See {@link ParleyNode.status}. */
export interface NodeStatus {
  readonly sessions: number;
  readonly rooms: number;
  readonly waiters: number;
  readonly nodes: readonly KnownNode[];
}

/** Long enough to put ten thousand sessions away, and within what a process has after its drain. */
const STOP_TIMEOUT_MS = 3_000;
