import type { ClaimOutcome, LimitName, MailOutcome, SessionLimit, UndeliverableReason } from '@parley/core';
import { CLOSES, ERROR_CODES, INCOMING, MATCH_SIZE, REFUSALS } from '@parley/protocol';

/** One metric. */
export interface MetricRow {
  readonly name: `parley_${string}`;
  readonly type: 'counter' | 'gauge' | 'histogram';
  /** Per label every value it may have: a closed list, so that no stranger can make a time series. */
  readonly labels: Readonly<Record<string, readonly string[]>>;
  readonly help: string;
  /** Histograms: upper bounds, in seconds. */
  readonly buckets?: readonly number[];
}

const CLOSE_NAMES = Object.keys(CLOSES);
const ERRORS = Object.keys(ERROR_CODES);
const PATHS = ['local', 'remote'];
const LIMITS = Object.keys({
  'upgrade-address': true,
  'upgrade-token': true,
  credential: true,
  join: true,
  match: true,
  'guess-address': true,
  'guess-realm': true,
  'session-frames': true,
  'session-changes': true,
  'session-bad-messages': true,
} satisfies Record<LimitName | SessionLimit, true>);

const CLAIMS = Object.keys({
  new: true,
  resumed: true,
  'taken-over': true,
  unproven: true,
  superseded: true,
} satisfies Record<ClaimOutcome, true>);
const MAIL = Object.keys({
  kept: true,
  full: true,
  handed: true,
  'handed-again': true,
  void: true,
} satisfies Record<MailOutcome, true>);
const UNDELIVERABLE = Object.keys({
  gone: true,
  'not-in-room': true,
  missed: true,
  stale: true,
  dropped: true,
  timeout: true,
  unavailable: true,
  full: true,
  crowded: true,
} satisfies Record<UndeliverableReason, true>);

/** On one node a signal takes microseconds; across two, a millisecond; after two seconds it is given up. */
const RELAY_BUCKETS_S = [
  0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2,
];
/** A command that takes a second is given up. */
const DIRECTORY_BUCKETS_S = [0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1];

/** Every metric of a node, beside what prom-client knows of the process (`process_*`, `nodejs_*`). */
export const METRICS = {
  nodeInfo: gauge('parley_node_info', 'Always 1; who this node is.', { node: [], version: [], socket: [] }),
  nodesAlive: gauge(
    'parley_nodes_alive',
    'Nodes of the cluster that this node holds for alive, itself included.',
  ),
  redisUp: gauge('parley_redis_up', '1 while the last beat to the directory succeeded.'),
  busHears: gauge('parley_bus_hears', '1 while this node hears its own inbox.'),
  sessions: gauge('parley_sessions', 'Sessions of this node.'),
  rooms: gauge('parley_rooms', 'Rooms in which this node has a session.'),
  waiters: gauge('parley_waiters', 'Sessions of this node that wait in a queue.'),
  pendingReceipts: gauge('parley_pending_receipts', 'Signals to other nodes whose receipt is awaited.'),
  blockedLanes: gauge(
    'parley_blocked_lanes',
    'Pairs of peers in which a signal waits behind one that was refused.',
  ),
  probeAge: gauge('parley_probe_age_seconds', 'How long ago this node last heard its own inbox.'),
  drain: gauge(
    'parley_drain_state',
    '0: open; 1: not ready, whoever comes is taken; 2: nobody is taken, and who is here is let go.',
  ),

  upgrades: counter(
    'parley_upgrades_total',
    'Upgrade requests: accepted, or why not. A refused token is let in to be told.',
    {
      outcome: [
        'accepted',
        ...Object.keys(REFUSALS),
        ...CLOSE_NAMES.filter((name) => name.startsWith('token-')),
      ],
    },
  ),
  opens: counter('parley_opens_total', 'Sessions that began. Less those that ended, it is parley_sessions.'),
  closes: counter(
    'parley_closes_total',
    'Sessions that ended, by the close; connection-lost: by none of ours.',
    {
      close: [...CLOSE_NAMES, 'connection-lost'],
    },
  ),
  messagesReceived: counter('parley_messages_received_total', 'Valid messages of clients, by type.', {
    type: Object.keys(INCOMING),
  }),
  receivedBytes: counter('parley_received_bytes_total', 'Bytes of the valid messages of clients.'),
  framesSent: counter('parley_frames_sent_total', 'Frames to clients, by what their socket answered.', {
    outcome: ['sent', 'queued', 'dropped'],
  }),
  errors: counter('parley_errors_total', 'Error replies to clients, by code.', { code: ERRORS }),
  limited: counter('parley_limited_total', 'What was refused because a budget was empty, by the limit.', {
    limit: LIMITS,
  }),
  limiterUnavailable: counter(
    'parley_limiter_unavailable_total',
    'Decisions this node made alone, because the shared budgets did not answer in time.',
  ),
  faults: counter(
    'parley_faults_total',
    'Faults of its own code that cost a request or a session; the log has a line for each.',
  ),

  signals: counter('parley_signals_total', 'Signals, by how they ended; local: both peers on this node.', {
    path: PATHS,
    outcome: ['delivered', 'kept', ...ERRORS],
  }),
  undeliverable: counter(
    'parley_undeliverable_total',
    'Signals that were neither delivered nor kept, by the reason.',
    { reason: UNDELIVERABLE },
  ),
  claims: counter(
    'parley_claims_total',
    'Sessions that claimed their peer: a new one, one that was away or elsewhere (resumed), one whose life ended with it (taken-over), or in vain.',
    { outcome: CLAIMS },
  ),
  mail: counter(
    'parley_mail_total',
    'Signals kept for peers that are away; and what became of them: handed, handed-again (the session before never said a word), void (the sender had left).',
    { outcome: MAIL },
  ),
  restored: counter('parley_restored_total', 'Entries that the directory had lost and this node put back.', {
    what: ['peer', 'room'],
  }),
  fenced: counter('parley_fenced_total', 'What was refused because a later session of the peer has it.', {
    what: ['claim', 'renewal', 'seat'],
  }),
  relay: histogram(
    'parley_relay_seconds',
    "From reading a signal to knowing that it was written to the other peer's socket; delivered ones only.",
    { path: PATHS },
    RELAY_BUCKETS_S,
  ),
  envelopes: counter('parley_envelopes_total', 'Envelopes to and from other nodes.', {
    direction: ['out', 'in'],
  }),
  directory: histogram(
    'parley_directory_seconds',
    'Commands to the directory; unavailable: given up, the outcome is unknown.',
    { outcome: ['ok', 'unavailable'] },
    DIRECTORY_BUCKETS_S,
  ),
  roomRepairs: counter('parley_room_repairs_total', 'Views of a room that were out of step and read again.'),
  matches: counter('parley_matches_total', 'Matches completed, by the number of peers.', {
    size: matchSizes(),
  }),
} as const satisfies Readonly<Record<string, MetricRow>>;

type Labels = MetricRow['labels'];

function counter<const L extends Labels>(name: `parley_${string}_total`, help: string, labels: L = {} as L) {
  return { name, type: 'counter', labels, help } as const;
}

function gauge<const L extends Labels>(name: MetricRow['name'], help: string, labels: L = {} as L) {
  return { name, type: 'gauge', labels, help } as const;
}

function histogram<const L extends Labels>(
  name: `parley_${string}_seconds`,
  help: string,
  labels: L,
  buckets: readonly number[],
) {
  return { name, type: 'histogram', labels, help, buckets } as const;
}

function matchSizes(): readonly string[] {
  return Array.from({ length: MATCH_SIZE.max - MATCH_SIZE.min + 1 }, (_, index) =>
    String(MATCH_SIZE.min + index),
  );
}
