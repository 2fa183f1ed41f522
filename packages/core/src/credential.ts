import type { OfferedSubprotocols } from '@parley/protocol';
import type { HttpRequest } from './ports/socket.ts';
import { looksLikeJwt } from './visitor.ts';

/**
 * The credential, from where it may stand: `Authorization` for servers, a subprotocol entry for browsers, the query as the
 * last resort, because proxies write it into their logs.
 */
export function credentialOf(
  request: HttpRequest,
  offered: OfferedSubprotocols,
  allowQueryToken: boolean,
): string | undefined {
  const [, bearer] = /^Bearer +(\S+) *$/i.exec(request.headers.get('authorization') ?? '') ?? [];
  const header = bearer ?? (request.headers.has('authorization') ? '' : offered.token);
  if (header !== undefined) return header;
  const token = new URLSearchParams(request.query).get('token') ?? undefined;
  return token !== undefined && looksLikeJwt(token) && !allowQueryToken ? 'not-allowed-in-query' : token;
}
