import type { IceServer, PeerId } from '@parley/protocol';

/** What somebody may use to find a way to another peer, or to be relayed where there is none. */
export interface IceGrant {
  readonly iceServers: readonly IceServer[];
  /** How long its credentials open a relay, from now. Absent: nothing of it expires. */
  readonly expiresInMs?: number;
}

/** Which STUN and TURN servers there are for whom. */
export interface IceServers {
  /** A grant of its own for this peer, good from now on. Never throws: it needs nobody else. Only for who has been let in. */
  serversFor(peer: PeerId): IceGrant;
}
