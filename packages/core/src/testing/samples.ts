import type { NodeId } from '@parley/protocol';
import type { DoorOptions, NodeOptions } from '../options.ts';
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
    headers: new Map(Object.entries({ 'sec-websocket-protocol': 'parley.v1', ...headers })),
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
    codeTtlMs: 600_000,
    resumeWindowMs: 120_000,
    iceServers: [],
    ...more,
  };
}

export const doorOf = (more: Partial<DoorOptions> = {}): DoorOptions => ({
  allowedOrigins: ['*'],
  requireOrigin: false,
  requireSecure: false,
  trustedProxies: [],
  allowQueryToken: false,
  maxSessions: 0,
  maxSessionsPerAddress: 0,
  ...more,
});
