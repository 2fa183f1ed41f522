import type { HttpRequest } from '@parley/core';
import ipaddr from 'ipaddr.js';
import type * as uWS from 'uWebSockets.js';

/** Copies a request: the library's own is void as soon as its handler returns or awaits. */
export function copyRequest(
  res: uWS.HttpResponse,
  req: uWS.HttpRequest,
  { proxyProtocol }: { readonly proxyProtocol: boolean },
): HttpRequest {
  const proxiedAddress = proxyProtocol ? plainAddress(res.getProxiedRemoteAddressAsText()) : '';
  return {
    method: req.getCaseSensitiveMethod(),
    path: req.getUrl(),
    query: queryOf(req),
    headers: copyHeaders(req),
    address: plainAddress(res.getRemoteAddressAsText()),
    ...(proxiedAddress !== '' && { proxiedAddress }),
    tls: false,
  };
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
