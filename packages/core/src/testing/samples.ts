import type { NodeId } from '@parley/protocol';
import type { DoorOptions, NodeOptions, Rates } from '../options.ts';
import type { HttpRequest } from '../ports/socket.ts';

/** What a client on some address sends to connect. */
export function requestOf(
  headers: Record<string, string> = {},
  more: Partial<HttpRequest> = {},
): HttpRequest {
  return {
    method: 'GET',
    path: '/v1/connect',
    query: '',
    headers: new Map(
      Object.entries({ host: 'parley.example', 'sec-websocket-protocol': 'parley.v1', ...headers }),
    ),
    address: '192.0.2.1',
    tls: false,
    ...more,
  };
}

/** A node's options: nothing is limited, every origin may come. */
export function optionsOf(
  name: string,
  more: Partial<NodeOptions> = {},
  door: Partial<DoorOptions> = {},
): NodeOptions {
  return {
    node: name as NodeId,
    version: 'test',
    door: doorOf(door),
    maxMessageBytes: 65_536,
    idleTimeoutMs: 0,
    maxSessionLifetimeMs: 0,
    heartbeatIntervalMs: 25_000,
    heartbeatTimeoutMs: 60_000,
    budgets: { burst: 0, perSecond: 0, burstBytes: 0, bytesPerSecond: 0, changesPerMinute: 0 },
    rates: ratesOf(),
    codeTtlMs: 600_000,
    resumeWindowMs: 120_000,
    ...more,
  };
}

/** Nobody is refused, but whoever joins or matches asks for leave. */
export const ratesOf = (more: Partial<Rates> = {}): Rates => ({
  'upgrade-address': 0,
  'upgrade-token': 0,
  credential: 0,
  join: 1_000_000,
  match: 1_000_000,
  'guess-address': 1_000_000,
  'guess-realm': 1_000_000,
  ...more,
});

export const doorOf = (more: Partial<DoorOptions> = {}): DoorOptions => ({
  allowedOrigins: ['*'],
  requireOrigin: false,
  requireSecure: false,
  trustedProxies: [],
  allowQueryToken: false,
  maxSessions: 0,
  maxSessionsPerAddress: 0,
  maxSessionsPerToken: 0,
  maxSessionsPerRealm: 0,
  ...more,
});
