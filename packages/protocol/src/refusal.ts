/**
 * Every refusal before a socket exists: an HTTP status on `/v1/connect`, and the same status with the code in a
 * JSON body on `/v1/check`. A browser sees nothing of a refused upgrade but close 1006: `/v1/check` is for it.
 */

import type { CloseName } from './close.ts';

/** One row of {@link REFUSALS}. */
export interface Refusal {
  /** The HTTP status. */
  readonly status: number;
  /** When a node answers with it. */
  readonly meaning: string;
}

export const REFUSALS = {
  'bad-request': {
    status: 400,
    meaning: 'The request is malformed.',
  },
  'unsupported-subprotocol': {
    status: 400,
    meaning: 'Subprotocols were offered, and `parley.v1` is not among them.',
  },
  'credential-missing': {
    status: 401,
    meaning: 'There is no credential.',
  },
  'credential-malformed': {
    status: 401,
    meaning:
      'The credential is neither a public token nor a JWT by its form, or a JWT in the query where none may stand.',
  },
  'origin-not-allowed': {
    status: 403,
    meaning: 'Pages of this origin may not connect.',
  },
  banned: {
    status: 403,
    meaning: 'This address is banned.',
  },
  'upgrade-required': {
    status: 426,
    meaning: 'The request is not a WebSocket upgrade of version 13.',
  },
  'insecure-transport': {
    status: 426,
    meaning: 'This server wants TLS, and the request came without.',
  },
  'rate-limited': {
    status: 429,
    meaning: 'Too many attempts from this address or with this token; see Retry-After.',
  },
  'too-many-sessions': {
    status: 429,
    meaning: 'This address, token or realm has as many sessions as it may have; see Retry-After.',
  },
  internal: {
    status: 500,
    meaning: 'A fault of the node.',
  },
  'node-full': {
    status: 503,
    meaning: 'This node has as many sessions as it may have; see Retry-After.',
  },
  draining: {
    status: 503,
    meaning: 'This node stops and takes no new sessions; see Retry-After.',
  },
  'keys-unavailable': {
    status: 503,
    meaning: 'The keys that judge this token cannot be had now; see Retry-After.',
  },
  'cluster-unavailable': {
    status: 503,
    meaning: 'The cluster cannot be reached from this node; see Retry-After.',
  },
} as const satisfies Record<string, Refusal>;

/** The `code` of a refusal before the socket. */
export type RefusalCode = keyof typeof REFUSALS;

/**
 * The body of `GET /v1/check`. Its status is what an upgrade would get; where the upgrade would open and be closed at
 * once because of the credential, 401 with the name of that close.
 */
export interface CheckAnswer {
  readonly code: 'ok' | RefusalCode | CloseName;
  /** For people; may change. */
  readonly message: string;
  readonly retryAfterMs?: number;
}
