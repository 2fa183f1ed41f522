import type { Outgoing } from '@parley/protocol';
import { LIMITS } from './limits.ts';
import type { NodeOptions } from './options.ts';
import type { Session } from './session.ts';

/** What a session is told first: who it is, and what it may expect of this node. */
export function welcomeOf(
  { peer, user, instance, session, realm, identity }: Session,
  { maxMessageBytes, iceServers }: NodeOptions,
): Outgoing {
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
