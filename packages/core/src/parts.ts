import type { SessionId } from '@parley/protocol';
import { Bans } from './bans.ts';
import { Door, type DoorEvents } from './door.ts';
import type { HandlerParts } from './handlers/handler.ts';
import { Doubt } from './doubt.ts';
import { Heartbeat } from './heartbeat.ts';
import { Hub } from './hub.ts';
import { LIMITS } from './limits.ts';
import { takeSeat } from './match-seating.ts';
import { Matchmaker } from './matchmaker.ts';
import { Membership } from './membership.ts';
import { Narrator } from './narrator.ts';
import { Operations } from './operations.ts';
import type { NodeOptions } from './options.ts';
import { Penalties } from './penalties.ts';
import type { Bus } from './ports/bus.ts';
import type { Clock, Random } from './ports/clock.ts';
import type { Directory } from './ports/directory.ts';
import type { IceServers } from './ports/ice.ts';
import type { Limiter } from './ports/limiter.ts';
import type { Log } from './ports/log.ts';
import type { Gauges, Metrics } from './ports/metrics.ts';
import type { Pseudonyms } from './ports/pseudonyms.ts';
import type { TokenVerifier } from './ports/verifier.ts';
import { Presence } from './presence.ts';
import { Rooms } from './rooms.ts';
import { Router } from './router.ts';
import { Streams } from './streams.ts';
import type { Session } from './session.ts';
import { Throttle } from './throttle.ts';
import { Wheel } from './wheel.ts';
import { Writer } from './writer.ts';

/** What a node needs of the world. */
export interface NodePorts {
  readonly bus: Bus;
  readonly directory: Directory;
  readonly limiter: Limiter;
  readonly verifier: TokenVerifier;
  readonly ice: IceServers;
  readonly metrics: Metrics;
  readonly log: Log;
  readonly pseudonyms: Pseudonyms;
  readonly clock: Clock;
  readonly random: Random;
}

/** What a node is made of, from its ports outwards: each part knows only those before it, and tells the others by events. */
export interface NodeParts extends NodePorts, HandlerParts {
  /** The sessions of this node. */
  readonly hub: Hub;
  /** The way to the directory. */
  readonly writer: Writer;
  /** Which nodes there are. */
  readonly membership: Membership;
  /** The way to each of them. */
  readonly streams: Streams;
  /** What this node wishes the directory to hold: seats, places in queues, claims of peers. */
  readonly rooms: Rooms;
  readonly matchmaker: Matchmaker;
  readonly presence: Presence;
  /** The way of a signal. */
  readonly router: Router;
  /** Finds sockets that are dead. */
  readonly heartbeat: Heartbeat;
  /** Asks who is still here, when this node has slept. */
  readonly doubt: Doubt;
  /** When the token of each session ends. */
  readonly expiries: Wheel<SessionId>;
  /** When each session has lived long enough. */
  readonly lifetimes: Wheel<SessionId>;
  /** Who is kept out. */
  readonly bans: Bans;
  readonly operations: Operations;
  readonly narrator: Narrator;
  /** Who comes in. */
  readonly door: Door;
  /** The session has its lifetime before it. */
  livesFor(session: Session): void;
}

/** Puts the parts of a node together. Nothing runs yet. */
export function assemble(options: NodeOptions, ports: NodePorts, events: DoorEvents): NodeParts {
  const { clock, random, bus, directory, metrics, log, verifier, limiter, pseudonyms } = ports;
  const { node } = options;
  const hub = new Hub();
  const writer = new Writer({ clock, random, metrics, log });
  const membership = new Membership({
    node,
    table: directory.nodes,
    bus,
    clock,
    random,
    log,
    describe: () => ({ version: options.version, sessions: hub.counts() }),
    awayMs: options.resumeWindowMs,
    events: {
      nodesEnded: (nodes) => {
        for (const ended of nodes) streams.forget(ended);
        rooms.nodesEnded(nodes);
      },
      heardAgain: () => {
        for (const part of [rooms, matchmaker]) part.assertAll();
      },
      dataLost: () => {
        for (const part of [presence, rooms, matchmaker]) part.assertAll();
        bans.read();
      },
      returned: () => doubt.begin(),
      beaten: ({ bansVersion }) => bans.told(bansVersion),
    },
  });
  const streams = new Streams({
    bus,
    clock,
    membership,
    metrics,
    events: {
      signal: (_from, envelope, settle) => router.receive(envelope, settle),
      room: (envelope, late) => rooms.happened(envelope, late),
      match: (envelope) => matchmaker.told(envelope),
      replaced: (envelope) => presence.replaced(envelope),
      kicked: (envelope) => operations.kicked(envelope),
      missed: () => {
        for (const part of [rooms, matchmaker]) part.assertAll();
      },
    },
  });
  const { resumeWindowMs } = options;
  const lives = { ...livesOf(options), resumeWindowMs };
  const ground = { node, clock, random, metrics, hub, writer, membership, streams, ...lives };
  const rooms = new Rooms({
    ...ground,
    directory: directory.rooms,
    entering: async ({ session }) => {
      const member = hub.get(session);
      if (member) await presence.assert(member);
    },
    asked: (key) => router.asked(key),
    read: (key) => router.read(key),
    settled: (key) => router.settled(key),
    closed: (key) => router.closed(key),
  });
  const router = new Router({ ...ground, rooms, directory: directory.peers });
  const matchmaker = new Matchmaker({
    ...ground,
    directory: directory.queues,
    matched: async (member, match, wish) => {
      const outcome = await takeSeat(rooms, member, match, wish, clock);
      const isFirst = match.members[0]?.peer === member.peer;
      if (outcome === 'joined' && isFirst) metrics.matched(match.members.length);
    },
    timedOut: (member, { queue, size }) => member.fail('match-timeout', { queue, size }),
  });
  const presence = new Presence({ ...ground, directory: directory.peers });
  const bans = new Bans({ table: directory.bans, clock, log, changed: () => operations.enforce() });
  const operations = new Operations({ hub, bans, membership, streams, pseudonyms, clock });
  const doubt = new Doubt({
    hub,
    clock,
    settled: () => {
      for (const part of [presence, rooms, matchmaker]) part.assertAll();
    },
  });
  const heartbeat = new Heartbeat({ hub, clock, times: options, slept: () => doubt.begin() });
  const expiries = new Wheel<SessionId>(clock, (session) => hub.get(session)?.close('token-expired'));
  const lifetimes = new Wheel<SessionId>(clock, (session) => hub.get(session)?.close('session-lifetime'));
  const { rates } = options;
  const throttle = new Throttle({
    limiter,
    rates,
    nodes: () => membership.others().length + 1,
    clock,
    metrics,
  });
  const penalties = new Penalties((subject) => throttle.ask({ limit: 'credential', subject }), clock);
  const narrator = new Narrator(log, pseudonyms);
  const door = new Door(options, {
    verifier,
    throttle,
    penalties,
    bans,
    hub,
    membership,
    random,
    metrics,
    log,
    narrator,
    events,
  });
  return {
    ...ports,
    ...ground,
    options,
    rooms,
    router,
    matchmaker,
    presence,
    heartbeat,
    doubt,
    expiries,
    lifetimes,
    throttle,
    bans,
    operations,
    narrator,
    door,
    expiresIn: ({ session }, ms) => (ms === undefined ? expiries.delete(session) : expiries.set(session, ms)),
    livesFor({ session }) {
      const { maxSessionLifetimeMs: ms } = options;
      if (ms > 0) lifetimes.set(session, ms - random.below(ms / 10));
    },
  };
}

function livesOf({ livesForTesting, resumeWindowMs }: NodeOptions) {
  return (
    livesForTesting ?? {
      lifeMs: resumeWindowMs + LIMITS.lifeBeyondResumeMs,
      renewalMs: LIMITS.renewalIntervalMs,
    }
  );
}

/** What a scrape reads. */
export const gaugesOf = ({
  hub,
  rooms,
  router,
  matchmaker,
  streams,
  membership,
  door,
}: NodeParts): Gauges => ({
  sessions: hub.size,
  rooms: rooms.size,
  waiters: matchmaker.waiting,
  pendingReceipts: streams.pending,
  blockedLanes: router.lanes.blocked,
  probeAgeMs: membership.probeAgeMs,
  drain: door.isClosed ? 'draining' : door.isWithdrawn ? 'withdrawn' : 'no',
  nodesAlive: membership.nodes.filter(({ state }) => state === 'alive').length,
  directoryUp: membership.up,
  hears: membership.hears,
});

/** Sizes of everything that must be empty when nobody is here. */
export function leftoversOf(parts: NodeParts): Readonly<Record<string, number>> {
  const { hub, door, rooms, matchmaker, presence, router, writer, streams, expiries, lifetimes } = parts;
  return {
    sessions: hub.size,
    inside: door.occupancy.inside,
    counted: door.occupancy.counted,
    rooms: rooms.size,
    queues: matchmaker.size,
    held: router.held,
    lanes: router.lanes.open,
    writing: writer.size,
    pendingReceipts: streams.pending,
    expiries: expiries.size,
    lifetimes: lifetimes.size,
    renewals: rooms.renewalsForTesting + matchmaker.renewalsForTesting + presence.renewalsForTesting,
  };
}
