import type { HttpRequest, SocketServerOptions } from '@parley/core';
import ipaddr from 'ipaddr.js';
import type * as uWS from 'uWebSockets.js';

/** Copies a request: the library's own is void as soon as its handler returns or awaits. */
export function copyRequest(
  res: uWS.HttpResponse,
  req: uWS.HttpRequest,
  { proxyProtocol, tls }: Pick<SocketServerOptions, 'proxyProtocol' | 'tls'>,
): HttpRequest {
  // Inside TLS the library would read a header, too; nobody who may write one does it there.
  const proxiedAddress = proxyProtocol && !tls ? plainAddress(res.getProxiedRemoteAddressAsText()) : '';
  return {
    method: req.getCaseSensitiveMethod(),
    path: req.getUrl(),
    query: queryOf(req),
    headers: copyHeaders(req),
    address: plainAddress(res.getRemoteAddressAsText()),
    ...(proxiedAddress !== '' && { proxiedAddress }),
    tls: tls !== undefined,
  };
}

/**
 * Whether the end of its body can be read in two ways (RFC 9112, 6.3). The library takes the first of two lengths, and any
 * list of encodings for chunks; for a proxy that reads it otherwise, what follows would be a request of somebody else.
 */
export function isAmbiguous({ headers }: HttpRequest): boolean {
  const length = headers.get('content-length');
  const encoding = headers.get('transfer-encoding');
  if (encoding !== undefined) return length !== undefined || encoding.toLowerCase() !== 'chunked';
  return length !== undefined && !/^\d+$/.test(length);
}

function queryOf(req: uWS.HttpRequest): string {
  // 20.30 gives undefined where the types promise an empty string.
  const query: string | undefined = req.getQuery();
  return query ?? '';
}

function copyHeaders(req: uWS.HttpRequest): ReadonlyMap<string, string> {
  const headers = new Map<string, string>();
  req.forEach((name, value) => {
    const earlier = headers.get(name);
    headers.set(name, earlier === undefined ? value : `${earlier}, ${value}`);
  });
  return headers;
}

/** The library writes IPv6 in full and leaves IPv4 mapped; an address that it could not learn is empty. */
function plainAddress(bytes: ArrayBuffer): string {
  const text = Buffer.from(bytes).toString('latin1');
  return ipaddr.isValid(text) ? ipaddr.process(text).toString() : text;
}
