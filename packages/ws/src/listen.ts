import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { Server } from 'node:http';
import { createServer as createSecureServer } from 'node:https';
import type { AddressInfo, Socket } from 'node:net';
import { guarded, tlsError } from '@parley/core';
import type { HttpRequest, Listen, ServerHandlers, SocketServerOptions, TlsFiles } from '@parley/core';
import { WebSocketServer } from 'ws';
import type { ServerOptions } from 'ws';
import { answerLater } from './http.ts';
import { noticeProxyHeaders, takeProxyHeaders } from './proxy-protocol.ts';
import type { SourceOf } from './proxy-protocol.ts';
import { copyRequest } from './request.ts';
import type { Connection } from './socket.ts';
import { upgrade } from './upgrade.ts';

/** Against clients that send their request a byte at a time, or never. */
const REQUEST_LIMITS = {
  maxHeaderSize: 16_384,
  headersTimeout: 10_000,
  requestTimeout: 10_000,
  keepAliveTimeout: 10_000,
  connectionsCheckingInterval: 2_000,
} as const;

/** How long a client has for its TLS handshake. */
const TLS_HANDSHAKE_TIMEOUT_MS = 10_000;

/** How long a client has to answer a close frame. */
const CLOSE_TIMEOUT_MS = 4_000;

/** How long clients have to answer their close frame before `stop` cuts what is left. */
const STOP_GRACE_MS = 1_000;

/**
 * Up to this factor a message that is too long is taken in, so that it can be answered with 1009 and a reason; past
 * it, `ws` answers 1009 by itself.
 */
const TOO_BIG_HEADROOM = 2;

/** Listens with `ws`. */
export const listen: Listen = async (options, handlers) => {
  const { tls, proxyProtocol, onRefusedProxyHeader } = options;
  const server = tls ? secureServer(tls) : createServer(REQUEST_LIMITS);
  const connections = serve(server, options, handlers);
  if (!tls && !proxyProtocol && onRefusedProxyHeader) noticeProxyHeaders(server, onRefusedProxyHeader);
  const wires = trackWires(server);

  server.listen({ host: options.host, port: options.port, exclusive: true });
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const closed = once(server, 'close');

  function stopAccepting(): void {
    if (server.listening) server.close();
  }

  async function stop(): Promise<void> {
    stopAccepting();
    server.closeAllConnections();
    const open = [...connections];
    for (const connection of open) connection.end(1001, '');
    const giveUp = setTimeout(() => wires.forEach((wire) => wire.destroy()), STOP_GRACE_MS);
    await Promise.all([closed, ...open.map(({ gone }) => gone)]);
    clearTimeout(giveUp);
  }

  return { port, stopAccepting, stop };
};

function secureServer(files: TlsFiles): Server {
  try {
    return createSecureServer({
      ...REQUEST_LIMITS,
      cert: readFileSync(files.certFile),
      key: readFileSync(files.keyFile),
      minVersion: 'TLSv1.2',
      handshakeTimeout: TLS_HANDSHAKE_TIMEOUT_MS,
    });
  } catch (cause) {
    throw tlsError(files, cause);
  }
}

/** Answers everything that comes to `server`; returns the WebSockets that are open. */
function serve(
  server: Server,
  { maxMessageBytes, maxBackpressureBytes, proxyProtocol, tls, onFault = () => {} }: SocketServerOptions,
  unguarded: ServerHandlers,
): ReadonlySet<Connection> {
  const sourceOf: SourceOf = proxyProtocol && !tls ? takeProxyHeaders(server) : () => undefined;
  const handlers = guarded(unguarded, onFault);
  const webSockets = new WebSocketServer(webSocketOptions(maxMessageBytes));
  const connections = new Set<Connection>();

  function opened(connection: Connection): void {
    connections.add(connection);
    void connection.gone.then(() => connections.delete(connection));
  }

  const answering = {
    ask: (request: HttpRequest) => handlers.http(request),
    isAccepting: () => server.listening,
    onFault,
  };
  server.on('request', (req, res) => void answerLater(res, copyRequest(req, sourceOf), answering));
  const sockets = { webSockets, handlers, maxMessageBytes, maxBackpressureBytes, opened, onFault };
  server.on('upgrade', (req, wire, early) => {
    const request = copyRequest(req, sourceOf);
    if (early.length > 0) wire.unshift(early);
    void upgrade(req, request, wire, sockets);
  });
  return connections;
}

function webSocketOptions(maxMessageBytes: number): ServerOptions & { closeTimeout: number } {
  return {
    noServer: true,
    clientTracking: false,
    perMessageDeflate: false,
    maxPayload: maxMessageBytes * TOO_BIG_HEADROOM,
    closeTimeout: CLOSE_TIMEOUT_MS,
  };
}

/** Every TCP connection, whatever became of it. */
function trackWires(server: Server): ReadonlySet<Socket> {
  const wires = new Set<Socket>();
  server.on('connection', (wire: Socket) => {
    wires.add(wire);
    wire.once('close', () => wires.delete(wire));
  });
  return wires;
}
