import {
  createServer,
  type IncomingHttpHeaders,
  type IncomingMessage,
  type Server,
  type ServerResponse,
} from 'node:http';
import type { AddressInfo } from 'node:net';
import type { HttpAnswer, Log } from '@parley/core';
import { refusal } from './ops-answer.ts';

/** A request, as far as somebody asks. */
export interface OpsRequest {
  readonly headers: IncomingHttpHeaders;
  readonly query: URLSearchParams;
  /** The other end of the connection: no proxy is expected here. */
  readonly address: string;
  /** The body, once; `undefined`: larger than {@link MAX_BODY_BYTES}. */
  text(): Promise<string | undefined>;
}

export type OpsHandler = (request: OpsRequest) => Promise<HttpAnswer> | HttpAnswer;

/** One path: what each method does. HEAD is GET without its body. */
export interface OpsRoute {
  readonly GET?: OpsHandler;
  readonly POST?: OpsHandler;
  readonly DELETE?: OpsHandler;
  /** It changes and tells nothing, so whoever asks is answered, by whatever name this node is called. */
  readonly isProbe?: true;
}

export interface OpsParts {
  readonly routes: Readonly<Record<string, OpsRoute>>;
  /** Asked before everything but a probe; an answer is a refusal. */
  readonly guard: (request: OpsRequest) => HttpAnswer | undefined;
  readonly log: Log;
}

export interface OpsServer {
  readonly port: number;
  stop(): Promise<void>;
}

export const MAX_BODY_BYTES = 4_096;

/** However slowly somebody writes. */
const REQUEST_TIMEOUT_MS = 10_000;

/**
 * The operations port: for probes, Prometheus and people, not for clients. Over `node:http` whatever the socket library is,
 * because a scrape needs no speed, and must work when the other library is what is wrong. No answer has a CORS header: no page
 * ever reads here.
 */
export async function listenForOps(
  options: { host: string; port: number },
  parts: OpsParts,
): Promise<OpsServer> {
  const routes = new Map(Object.entries(parts.routes));
  const server = createServer(
    { requestTimeout: REQUEST_TIMEOUT_MS },
    (request, response) => void respond({ ...parts, routes }, request, response),
  );
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject).listen({ ...options, exclusive: true }, resolve);
  });
  return { port: (server.address() as AddressInfo).port, stop: () => stop(server) };
}

type Parts = Omit<OpsParts, 'routes'> & { readonly routes: ReadonlyMap<string, OpsRoute> };

async function respond(parts: Parts, message: IncomingMessage, response: ServerResponse): Promise<void> {
  const { status, headers, body } = await answerTo(parts, message).catch((error: unknown) => {
    // Who hung up amid a body has made no fault of ours.
    if (!message.destroyed)
      parts.log.error({ event: 'ops-request-failed', error }, 'a request of an operator failed');
    return refusal(500, 'internal', 'A fault of this node; its log says more.');
  });
  // What is left of a body that is too large is not waited for.
  response.writeHead(status, { ...headers, ...(status === 413 && { connection: 'close' }) });
  response.end(message.method === 'HEAD' ? undefined : body);
}

async function answerTo({ routes, guard }: Parts, message: IncomingMessage): Promise<HttpAnswer> {
  const { method = '', url = '' } = message;
  const [path = '', ...query] = url.split('?');
  const route = routes.get(path);
  const request = requestOf(message, query.join('?'));
  const refused = route?.isProbe ? undefined : guard(request);
  if (refused) return refused;
  if (!route) return refusal(404, 'not-found', 'There is nothing at this path.');
  const handler = handlerOf(route, method);
  return handler ? handler(request) : notAllowed(route);
}

const requestOf = (message: IncomingMessage, query: string): OpsRequest => ({
  headers: message.headers,
  query: new URLSearchParams(query),
  address: message.socket.remoteAddress ?? '',
  text: () => textOf(message),
});

async function textOf(message: IncomingMessage): Promise<string | undefined> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  // Not destroyed on return: the connection still has to carry the refusal.
  for await (const chunk of message.iterator({ destroyOnReturn: false }) as AsyncIterable<Buffer>) {
    bytes += chunk.byteLength;
    if (bytes > MAX_BODY_BYTES) return undefined;
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString();
}

function handlerOf(route: OpsRoute, method: string): OpsHandler | undefined {
  switch (method) {
    case 'GET':
    case 'HEAD':
      return route.GET;
    case 'POST':
    case 'DELETE':
      return route[method];
    default:
      return undefined;
  }
}

function notAllowed({ GET, POST, DELETE }: OpsRoute): HttpAnswer {
  const methods = [GET && 'GET, HEAD', POST && 'POST', DELETE && 'DELETE'];
  const allow = methods.filter((method) => method !== undefined).join(', ');
  return refusal(405, 'method-not-allowed', `Only ${allow}.`, { allow });
}

function stop(server: Server): Promise<void> {
  server.closeAllConnections();
  return new Promise((resolve) => server.close(() => resolve()));
}
