import type { Outgoing } from '@parley/protocol';
import { LIMITS } from './limits.ts';
import type { NodeOptions } from './options.ts';
import type { Session } from './session.ts';

/** What a session is told first: who it is, and what it may expect of this node. */
export function welcomeOf(
  { peer, user, instance, session, realm, identity }: Session,
  { maxMessageBytes, heartbeatIntervalMs, iceServers, budgets, rates }: NodeOptions,
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
    heartbeatMs: heartbeatIntervalMs,
    limits: {
      maxMessageBytes,
      maxRooms: LIMITS.roomsPerSession,
      maxQueues: LIMITS.queuesPerSession,
      maxPendingSignals: LIMITS.pendingPerSession,
      ...limited(budgets.burst && budgets.perSecond, {
        signalBurst: budgets.burst,
        signalsPerSecond: budgets.perSecond,
      }),
      ...limited(budgets.burstBytes && budgets.bytesPerSecond, {
        signalBurstBytes: budgets.burstBytes,
        signalBytesPerSecond: budgets.bytesPerSecond,
      }),
      ...limited(budgets.changesPerMinute, { updatesPerMinute: budgets.changesPerMinute }),
      ...limited(rates.join, { joinsPerMinute: rates.join }),
      ...limited(rates.match, { matchesPerMinute: rates.match }),
    },
    features: [],
    iceServers: [...iceServers],
  };
}

/** What is switched off is not there. */
const limited = (rate: number, limits: Record<string, number>) => (rate > 0 ? limits : {});
