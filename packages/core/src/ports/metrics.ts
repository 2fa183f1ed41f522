import type { CloseName, ErrorCode, Received } from '@parley/protocol';
import type { LimitName } from './limiter.ts';

/** How a session came by its peer. `taken-over`: a fixed peer, or one that restarted, had a life before. */
export type ClaimOutcome = 'new' | 'resumed' | 'taken-over' | 'unproven' | 'superseded';

/** What became of mail: put or not, handed to a session, or to a second one because the first never said a word; `void`: its sender has left. */
export type MailOutcome = 'kept' | 'full' | 'handed' | 'handed-again' | 'void';

/** Why a signal was not delivered, as the nodes say it among themselves. */
export type UndeliverableReason =
  | 'gone'
  | 'not-in-room'
  | 'missed'
  | 'stale'
  | 'dropped'
  | 'timeout'
  | 'unavailable'
  | 'full'
  | 'crowded';

/** How an upgrade request ended: `accepted`, or the code of its refusal. */
export type UpgradeOutcome = string;

/** How a session ended: the close the node sent, or that the client's side ended without one. */
export type SessionEnd = CloseName | 'connection-lost';

/** What a session may run out of by itself. */
export type SessionLimit = 'session-frames' | 'session-changes' | 'session-bad-messages';

/** What the node counts and measures. Every label comes from a closed list, never from a client. */
export interface Metrics {
  /** An upgrade request was answered; `outcome` is `accepted` or a refusal's code. */
  upgraded(outcome: UpgradeOutcome): void;
  sessionOpened(): void;
  /** Exactly once for each {@link Metrics.sessionOpened}. */
  sessionClosed(end: SessionEnd): void;
  received(type: Received['type'], bytes: number): void;
  /** An error reply was sent. */
  errorReplied(code: ErrorCode): void;
  /** A frame was handed to a socket. */
  frameSent(outcome: 'sent' | 'queued' | 'dropped'): void;
  /** A signal got its outcome; `ms` since the node had read it. `local`: both peers on this node. */
  signalSettled(path: 'local' | 'remote', outcome: 'delivered' | 'kept' | ErrorCode, ms: number): void;
  /** One was not delivered, nor kept. */
  undeliverable(reason: UndeliverableReason): void;
  /** A session claimed its peer. */
  claimed(outcome: ClaimOutcome): void;
  mailed(outcome: MailOutcome): void;
  /** The directory did not have what this node asserted. */
  restored(what: 'peer' | 'room'): void;
  /** A later session has what this node claimed, renewed or asserted. */
  fenced(what: 'claim' | 'renewal' | 'seat'): void;
  /** Something was refused because its budget was empty: one that the cluster shares, or a session's own. */
  limited(limit: LimitName | SessionLimit): void;
  /** The shared budgets did not answer in time: this node decided by itself. */
  limiterUnavailable(): void;
  /** Code of this node threw where it must not; it cost one request or one socket. */
  faulted(): void;
  /** Envelopes left for, or came from, another node. */
  envelopes(direction: 'out' | 'in', count: number): void;
  /** A command to the directory ended. */
  directoryAnswered(outcome: 'ok' | 'unavailable', ms: number): void;
  /** A view of a room was found out of step and read again. */
  roomRepaired(): void;
  /** A match was completed. */
  matched(size: number): void;
  /** Read when scraped. */
  observe(read: () => Gauges): void;
}

/** What a scrape reads from the node itself. */
export interface Gauges {
  readonly sessions: number;
  readonly rooms: number;
  readonly waiters: number;
  readonly pendingReceipts: number;
  /** Pairs in which a signal waits behind one that was refused. */
  readonly blockedLanes: number;
  /** How long ago the inbox was last known to be heard. */
  readonly probeAgeMs: number;
  /** `withdrawn`: not ready, but whoever comes is taken. `draining`: nobody is taken, and who is here is let go. */
  readonly drain: 'no' | 'withdrawn' | 'draining';
  readonly nodesAlive: number;
  /** The last beat succeeded. */
  readonly directoryUp: boolean;
  /** The node hears its own inbox. */
  readonly hears: boolean;
}
