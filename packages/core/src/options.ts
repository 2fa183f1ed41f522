import type { IceServer, NodeId } from '@parley/protocol';

/** What a deployment decides about a node. */
export interface NodeOptions {
  readonly node: NodeId;
  /** Version of the software. */
  readonly version: string;
  readonly door: DoorOptions;
  readonly maxMessageBytes: number;
  /** In no room, in no queue and silent for this long: closed. 0: never. */
  readonly idleTimeoutMs: number;
  /** How long a minted code is good, even with nobody there. */
  readonly codeTtlMs: number;
  /** How long a peer that dropped may come back. Entries in the directory live a little longer than this. */
  readonly resumeWindowMs: number;
  /** Handed to every client as they are. */
  readonly iceServers: readonly IceServer[];
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
}
