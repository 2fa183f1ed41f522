import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** One path of the operations port. */
export type OpsRoute = () => Promise<OpsAnswer> | OpsAnswer;

export interface OpsAnswer {
  readonly status: number;
  readonly contentType: string;
  readonly body: string;
}

export interface OpsServer {
  readonly port: number;
  stop(): Promise<void>;
}

/**
 * The operations port: for probes, Prometheus and people, not for clients. Over `node:http` whatever the socket library is,
 * because a scrape needs no speed, and must work when the other library is what is wrong.
 */
export async function listenForOps(
  options: { host: string; port: number },
  routes: Readonly<Record<string, OpsRoute>>,
): Promise<OpsServer> {
  const table = new Map(Object.entries(routes));
  const server = createServer((request, response) => void answer(table, request, response));
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject).listen({ ...options, exclusive: true }, resolve);
  });
  return { port: (server.address() as AddressInfo).port, stop: () => stop(server) };
}

async function answer(
  routes: ReadonlyMap<string, OpsRoute>,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const [path = '/'] = (request.url ?? '/').split('?');
  const { status, contentType, body } = await answerFor(routes.get(path), request.method).catch(failed);
  response.writeHead(status, {
    'content-type': contentType,
    'cache-control': 'no-store',
    'x-content-type-options': 'nosniff',
  });
  response.end(request.method === 'HEAD' ? undefined : body);
}

async function answerFor(route: OpsRoute | undefined, method = 'GET'): Promise<OpsAnswer> {
  if (!route) return plain(404, 'not found\n');
  return method === 'GET' || method === 'HEAD' ? route() : plain(405, 'only GET and HEAD\n');
}

/** A route that fails says so to the one who asked; who watches this port watches for that. */
const failed = (error: unknown) => plain(500, `${String(error)}\n`);

export const plain = (status: number, body: string): OpsAnswer => ({
  status,
  contentType: 'text/plain; charset=utf-8',
  body,
});

function stop(server: Server): Promise<void> {
  server.closeAllConnections();
  return new Promise((resolve) => server.close(() => resolve()));
}
