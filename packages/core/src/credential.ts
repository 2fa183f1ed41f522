import type { OfferedSubprotocols } from '@parley/protocol';
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

/** The token of an `Authorization` header (RFC 6750, 2.1). */
export function bearerOf(authorization = ''): string | undefined {
  return /^Bearer +(\S+) *$/i.exec(authorization)?.[1];
}
