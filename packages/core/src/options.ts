import type { NodeId } from '@parley/protocol';
import type { LimitName } from './ports/limiter.ts';

/** What a deployment decides about a node. */
export interface NodeOptions {
  readonly node: NodeId;
  /** Version of the software. */
  readonly version: string;
  readonly door: DoorOptions;
  readonly maxMessageBytes: number;
  /** In no room, in no queue and silent for this long: closed. 0: never. */
  readonly idleTimeoutMs: number;
  /** How long a session may live at most; each ends up to a tenth earlier, so that those who came together do not return together. 0: for ever. */
  readonly maxSessionLifetimeMs: number;
  /** How often a client is pinged. */
  readonly heartbeatIntervalMs: number;
  /** Nothing heard for this long, not even a pong: the socket is dead. */
  readonly heartbeatTimeoutMs: number;
  /** What one session may send. */
  readonly budgets: SessionBudgets;
  /** What the cluster allows. */
  readonly rates: Rates;
  /** How long a minted code is good, even with nobody there. */
  readonly codeTtlMs: number;
  /** How long a peer that dropped may come back. Entries in the directory live a little longer than this. */
  readonly resumeWindowMs: number;
  /** Overrides of entry lives, so that tests need not wait for minutes. */
  readonly livesForTesting?: { readonly lifeMs: number; readonly renewalMs: number } | undefined;
}

export interface DoorOptions {
  /** `*`: every origin. Exact origins, or `https://*.example.org`. Empty: only the node's own host. */
  readonly allowedOrigins: readonly string[];
  /** Refuse whoever sends no Origin: then only browsers come in. */
  readonly requireOrigin: boolean;
  readonly requireSecure: boolean;
  /** Addresses and CIDR blocks whose X-Forwarded-For, X-Forwarded-Proto and PROXY headers are believed. */
  readonly trustedProxies: readonly string[];
  /** A JWT may come as `?token=`. */
  readonly allowQueryToken: boolean;
  readonly maxSessions: number;
  /** Sockets of one address, of one /64 for IPv6. 0: no limit. */
  readonly maxSessionsPerAddress: number;
  /** Sockets of one JWT on this node. 0: no limit. */
  readonly maxSessionsPerToken: number;
  /** Sockets of one realm in the whole cluster, give or take what comes within a beat. 0: no limit. */
  readonly maxSessionsPerRealm: number;
}

/** Budgets of one session. A burst or a rate of 0: no limit. */
export interface SessionBudgets {
  /** Frames that may come at once. */
  readonly burst: number;
  /** Frames a second over time. */
  readonly perSecond: number;
  readonly burstBytes: number;
  readonly bytesPerSecond: number;
  /** What asks the directory or the verifier though nothing new begins: updates, refreshes, joining and matching once more; and ICE servers asked for anew. */
  readonly changesPerMinute: number;
}

/** How many a minute, of one subject; a minute's worth may come at once. 0: no limit. */
export type Rates = Readonly<Record<LimitName, number>>;
