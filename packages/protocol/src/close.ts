/**
 * Every close that a node sends. A close ends the session; its number says what the client does next, so that a
 * client can act on a close it has never heard of: see {@link reconnectAfterClose}. Codes are never reused.
 *
 * It says what becomes of the peer, too: whoever may come back is away meanwhile, whoever may not has left.
 */

/**
 * - `later`: come back by yourself, with back-off and jitter, not before the time in the reason.
 * - `when-needed`: come back once there is something to do.
 * - `changed`: come back only with something changed: a new token, fewer or smaller messages.
 * - `never`: do not come back by yourself; somebody decided this.
 */
export type Reconnect = 'later' | 'when-needed' | 'changed' | 'never';

/** One row of {@link CLOSES}. */
export interface Close {
  /** The WebSocket close code (RFC 6455 section 7.4). */
  readonly code: number;
  /** What the client does next. */
  readonly reconnect: Reconnect;
  /** When a node issues it. */
  readonly meaning: string;
}

export const CLOSES = {
  normal: {
    code: 1000,
    reconnect: 'never',
    meaning: 'The answer to `bye`, or to a close 1000 of the client.',
  },
  'too-big': {
    code: 1009,
    reconnect: 'changed',
    meaning: 'A frame exceeded `limits.maxMessageBytes`.',
  },
  internal: {
    code: 1011,
    reconnect: 'later',
    meaning: 'A fault of the node ended this session.',
  },

  drained: {
    code: 4000,
    reconnect: 'later',
    meaning: 'This node stops, and the session has not moved since `going-away`; the peer is away.',
  },
  'slow-consumer': {
    code: 4001,
    reconnect: 'later',
    meaning:
      'The client reads more slowly than it is written to; what its socket still held is lost, the peer is away.',
  },
  'superseded-while-connecting': {
    code: 4002,
    reconnect: 'later',
    meaning:
      'A later connection of the same peer won while this one was still connecting, before `welcome`; it changed nothing.',
  },
  'cluster-unavailable': {
    code: 4003,
    reconnect: 'later',
    meaning: 'The cluster could not be reached while connecting.',
  },
  idle: {
    code: 4004,
    reconnect: 'when-needed',
    meaning: 'In no room and no queue, and no message for the idle time-out.',
  },
  'heartbeat-lost': {
    code: 4005,
    reconnect: 'later',
    meaning: 'No frame, pongs included, for longer than the heartbeat allows.',
  },
  'session-lifetime': {
    code: 4006,
    reconnect: 'later',
    meaning: 'The session has lived as long as this server lets one live.',
  },
  'mail-waits': {
    code: 4007,
    reconnect: 'later',
    meaning:
      'The peer was taken for away and signals were kept for it: come back with `resume` to have them.',
  },

  'token-expired': {
    code: 4100,
    reconnect: 'changed',
    meaning: 'The token is past its `exp`, on connecting or because no `refresh` came in time.',
  },
  'token-not-yet-valid': {
    code: 4101,
    reconnect: 'changed',
    meaning: 'The token is before its `nbf`.',
  },
  'token-bad-signature': {
    code: 4102,
    reconnect: 'changed',
    meaning:
      'The signature is not that of a key this server trusts, or the header asks for what it does not know.',
  },
  'token-wrong-issuer': {
    code: 4103,
    reconnect: 'changed',
    meaning: 'The `iss` is not the one this server expects.',
  },
  'token-wrong-audience': {
    code: 4104,
    reconnect: 'changed',
    meaning: 'The `aud` does not name this server.',
  },
  'token-wrong-realm': {
    code: 4105,
    reconnect: 'changed',
    meaning: 'The `realm` is not a realm name, or not one of this server.',
  },
  'token-bad-claims': {
    code: 4106,
    reconnect: 'changed',
    meaning: 'A required claim is missing, or a claim is malformed.',
  },
  'token-unknown': {
    code: 4107,
    reconnect: 'changed',
    meaning: 'A well-formed public token that this server does not know.',
  },
  'token-wrong-algorithm': {
    code: 4108,
    reconnect: 'changed',
    meaning: 'The `alg` is not the one this server is configured for.',
  },
  'token-unknown-key': {
    code: 4109,
    reconnect: 'changed',
    meaning: 'The `kid` names no key this server trusts.',
  },
  'rate-limited': {
    code: 4110,
    reconnect: 'changed',
    meaning: 'The client went on sending far above its budget; come back slower.',
  },
  'too-many-sessions': {
    code: 4111,
    reconnect: 'changed',
    meaning: 'This address, token or realm has as many sessions as it may have.',
  },

  replaced: {
    code: 4200,
    reconnect: 'never',
    meaning: 'A later connection of the same peer took its place, to go on or to start anew.',
  },
  kicked: {
    code: 4201,
    reconnect: 'never',
    meaning: 'An operator ended this session.',
  },
  banned: {
    code: 4202,
    reconnect: 'never',
    meaning: 'This peer, user, token or address is banned.',
  },
  'protocol-violation': {
    code: 4203,
    reconnect: 'never',
    meaning: 'The client sent bad messages again and again.',
  },
  'unsupported-data': {
    code: 4204,
    reconnect: 'never',
    meaning: 'The client sent a binary frame.',
  },
} as const satisfies Record<string, Close>;

/** The name of a close: the first word of its reason. */
export type CloseName = keyof typeof CLOSES;

/** What a close reason says. */
export interface CloseReason {
  /** A {@link CloseName}, or a name that a later version added. */
  readonly name: string;
  /** Not before this many milliseconds from now. */
  readonly retryAfterMs?: number;
}

/**
 * The reason that travels in the close frame: `name` or `name retry=<ms>`. Always under 123 bytes, which is what
 * RFC 6455 section 5.5 leaves beside the code. A retry time is rounded up to whole milliseconds.
 */
export function closeReason(name: CloseName, retryAfterMs?: number): string {
  return retryAfterMs === undefined ? name : `${name} retry=${Math.max(0, Math.ceil(retryAfterMs))}`;
}

const REASON_PATTERN = /^([a-z][a-z-]*)(?: retry=(\d{1,15}))?$/;

/** Reads what {@link closeReason} wrote; `undefined` for the reason of somebody else, such as a proxy. */
export function parseCloseReason(text: string): CloseReason | undefined {
  const [, name, retryAfterMs] = REASON_PATTERN.exec(text) ?? [];
  if (name === undefined) return undefined;
  return retryAfterMs === undefined ? { name } : { name, retryAfterMs: Number(retryAfterMs) };
}

/**
 * What a client does after a close with this code: what its row of {@link CLOSES} says, else its range (41xx changed, 42xx
 * never), else `later`. So 1001 and 1006, which the network or a proxy makes, mean `later`.
 *
 * It knows the rows that their range does not tell, and not the table, which would bring its texts into every page.
 */
export function reconnectAfterClose(code: number): Reconnect {
  switch (code) {
    case 1000:
      return 'never';
    case 1009:
      return 'changed';
    case 4004:
      return 'when-needed';
  }
  if (code >= 4100 && code < 4200) return 'changed';
  if (code >= 4200 && code < 4300) return 'never';
  return 'later';
}
