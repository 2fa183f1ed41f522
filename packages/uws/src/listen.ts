import { createServer } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { isHandshake } from '@parley/core';
import type { HttpRequest, Listen, ServerHandlers, SocketServerOptions } from '@parley/core';
import { ENDPOINTS } from '@parley/protocol';
import type * as uWS from 'uWebSockets.js';
import { answerLater } from './http.ts';
import type { App, Library } from './load.ts';
import { copyRequest } from './request.ts';
import type { Connection, UserData } from './socket.ts';
import { upgrade } from './upgrade.ts';

/** How long clients have to read their close frame before `stop` cuts what is left. */
const STOP_GRACE_MS = 100;

/**
 * Up to this factor a message that is too long is taken in, so that it can be answered with 1009: past its own limit
 * the library cuts the connection, and the client is none the wiser.
 */
const TOO_BIG_HEADROOM = 2;

/** Listens with the library that `load` found. */
export function listenWith(library: Library): Listen {
  return async (options, handlers) => {
    const app = library.App();
    const connections = new Set<Connection>();
    let accepting = true;

    const answer = (res: uWS.HttpResponse, request: HttpRequest): void =>
      void answerLater(
        res,
        request,
        () => handlers.http(request),
        () => accepting,
      );

    app.ws<UserData>(ENDPOINTS.connect, behavior({ library, options, handlers, connections, answer }));
    app.any('/*', (res, req) => answer(res, copyRequest(res, req, options)));

    const listenSocket = await bind(library, app, options);
    const port = library.us_socket_local_port(listenSocket);

    function stopAccepting(): void {
      if (accepting) library.us_listen_socket_close(listenSocket);
      accepting = false;
    }

    async function stop(): Promise<void> {
      stopAccepting();
      if (connections.size > 0) {
        for (const connection of connections) connection.end(1001, '');
        await delay(STOP_GRACE_MS);
      }
      app.close();
    }

    return { port, stopAccepting, stop };
  };
}

/** What the library is told about WebSockets. */
function behavior(server: {
  readonly library: Library;
  readonly options: SocketServerOptions;
  readonly handlers: ServerHandlers;
  readonly connections: Set<Connection>;
  readonly answer: (res: uWS.HttpResponse, request: HttpRequest) => void;
}): uWS.WebSocketBehavior<UserData> {
  const { library, options, handlers, connections, answer } = server;
  const { maxMessageBytes, maxBackpressureBytes } = options;
  return {
    maxPayloadLength: maxMessageBytes * TOO_BIG_HEADROOM,
    maxBackpressure: maxBackpressureBytes,
    closeOnBackpressureLimit: true,
    compression: library.DISABLED,
    // Life signs are the node's; after `end` the library still gives up within seconds.
    idleTimeout: 0,
    sendPingsAutomatically: false,

    upgrade(res, req, context) {
      const request = copyRequest(res, req, options);
      if (isHandshake(request)) {
        void upgrade(res, request, context, { maxMessageBytes, handlers });
      } else {
        answer(res, request);
      }
    },
    open(ws) {
      const { connection } = ws.getUserData();
      connections.add(connection);
      connection.opened(ws);
    },
    message: (ws, message, isBinary) => ws.getUserData().connection.received(message, isBinary),
    ping: (ws) => ws.getUserData().connection.alive(),
    pong: (ws) => ws.getUserData().connection.alive(),
    close(ws, code) {
      const { connection } = ws.getUserData();
      connections.delete(connection);
      connection.gone(code);
    },
  };
}

/** Takes the port for itself alone: by default the library would share it with any process that asks for it the same way. */
async function bind(library: Library, app: App, options: SocketServerOptions): Promise<uWS.us_listen_socket> {
  const { host, port } = options;
  const listenSocket = await new Promise<uWS.us_listen_socket | false>((resolve) => {
    app.listen(host, port, library.LIBUS_LISTEN_EXCLUSIVE_PORT, resolve);
  });
  if (listenSocket === false) throw await whyNot(options);
  return listenSocket;
}

/** The library only says that it failed; Node, asked for the same port, says why. */
function whyNot({ host, port }: SocketServerOptions): Promise<Error> {
  return new Promise((resolve) => {
    const probe = createServer().once('error', resolve);
    probe.listen({ host, port, exclusive: true }, () => {
      probe.close(() => resolve(new Error(`uWebSockets.js could not listen on ${host}:${port}`)));
    });
  });
}
