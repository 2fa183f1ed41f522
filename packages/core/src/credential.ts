import { type OfferedSubprotocols, type PeerId, readResumeToken } from '@parley/protocol';
import type { HttpRequest } from './ports/socket.ts';
import { looksLikeJwt } from './visitor.ts';

/** What was presented. */
export interface Credential {
  readonly token: string | undefined;
  /** A JWT in the query is one only where that is allowed. */
  readonly mayStandThere: boolean;
}

/**
 * The credential, from where it may stand: `Authorization` for servers, a subprotocol entry for browsers, the query as the
 * last resort, because proxies write it into their logs.
 */
export function credentialOf(
  request: HttpRequest,
  offered: OfferedSubprotocols,
  allowQueryToken: boolean,
): Credential {
  const authorization = request.headers.get('authorization');
  const header = bearerOf(authorization) ?? (authorization === undefined ? offered.token : '');
  if (header !== undefined) return { token: header, mayStandThere: true };
  const token = new URLSearchParams(request.query).get('token') ?? undefined;
  return { token, mayStandThere: token === undefined || allowQueryToken || !looksLikeJwt(token) };
}

/** What proves that somebody was here before. */
export interface Comeback {
  readonly as: 'resume' | 'restart';
  readonly peer: PeerId;
  readonly secret: string;
}

/** The resume token, from a subprotocol entry or the query. One that is none is nothing: its bearer is new. */
export function comebackOf({ query }: HttpRequest, offered: OfferedSubprotocols): Comeback | undefined {
  const asked = new URLSearchParams(query);
  for (const as of ['resume', 'restart'] as const) {
    const token = readResumeToken(offered[as] ?? asked.get(as) ?? '');
    if (token) return { as, ...token };
  }
  return undefined;
}

/** The token of an `Authorization` header (RFC 6750, 2.1). */
export function bearerOf(authorization = ''): string | undefined {
  return /^Bearer +(\S+) *$/i.exec(authorization)?.[1];
}
