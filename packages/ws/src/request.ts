import type { IncomingMessage } from 'node:http';
import { TLSSocket } from 'node:tls';
import type { HttpRequest } from '@parley/core';
import type { SourceOf } from './proxy-protocol.ts';

/** Copies a request. */
export function copyRequest(req: IncomingMessage, sourceOf: SourceOf): HttpRequest {
  const [path = '', ...query] = (req.url ?? '').split('?');
  const proxiedAddress = sourceOf(req.socket);
  return {
    method: req.method ?? '',
    path,
    query: query.join('?'),
    headers: copyHeaders(req.rawHeaders),
    address: plainAddress(req.socket.remoteAddress ?? ''),
    ...(proxiedAddress !== undefined && { proxiedAddress: plainAddress(proxiedAddress) }),
    tls: req.socket instanceof TLSSocket,
  };
}

/** From the raw list, name and value in turn: `req.headers` forgets repetitions of some names. */
function copyHeaders(rawHeaders: readonly string[]): ReadonlyMap<string, string> {
  const headers = new Map<string, string>();
  for (let i = 0; i + 1 < rawHeaders.length; i += 2) {
    const [rawName = '', value = ''] = rawHeaders.slice(i, i + 2);
    const name = rawName.toLowerCase();
    const earlier = headers.get(name);
    headers.set(name, earlier === undefined ? value : `${earlier}, ${value}`);
  }
  return headers;
}

/** An IPv4 address that came through an IPv6 socket, as IPv4. */
function plainAddress(address: string): string {
  return /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(address)?.[1] ?? address;
}
