/** Where a node is reached; the version of the protocol is part of the path. */
export const ENDPOINTS = {
  /** The WebSocket. */
  connect: '/v1/connect',
  /** What an upgrade from this origin with this credential would get; for browsers, which cannot see it. */
  check: '/v1/check',
  /** 200 or 503 without details, for balancers that can probe only the service port. */
  health: '/v1/health',
  /** The client of the node's own version, as one ES module for pages of any origin. */
  client: '/v1/client.js',
} as const;
