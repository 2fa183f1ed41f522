import { type Outgoing, type RoomSnapshot, writeResumeToken } from '@parley/protocol';
import { LIMITS } from './limits.ts';
import type { NodeOptions } from './options.ts';
import type { IceServers } from './ports/ice.ts';
import type { Session } from './session.ts';

export interface WelcomeParts {
  readonly options: NodeOptions;
  readonly ice: IceServers;
}

/** What a session is told first: who it is, what it may expect of this node, and, if it continues another one, how its rooms stand. */
export function welcomeOf(
  { peer, user, instance, session, realm, identity, secret }: Session,
  { options, ice }: WelcomeParts,
  resumed?: RoomSnapshot[],
): Outgoing {
  const { node, maxMessageBytes, heartbeatIntervalMs, budgets, rates, resumeWindowMs } = options;
  const { iceServers, expiresInMs: iceExpiresInMs } = ice.serversFor(peer);
  return {
    type: 'welcome',
    peer,
    ...(user && { user }),
    instance,
    session,
    node,
    realm,
    resume: writeResumeToken(peer, secret),
    resumeForMs: resumeWindowMs,
    resumed: resumed !== undefined,
    ...(resumed && { rooms: resumed }),
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
    features: ['resume', 'ice'],
    iceServers: [...iceServers],
    ...(iceExpiresInMs !== undefined && { iceExpiresInMs }),
  };
}

/** What is switched off is not there. */
const limited = (rate: number, limits: Record<string, number>) => (rate > 0 ? limits : {});
