import { readFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { createSecureContext } from 'node:tls';
import { guarded, isHandshake, tlsError } from '@parley/core';
import type { HttpRequest, Listen, ServerHandlers, SocketServerOptions, TlsFiles } from '@parley/core';
import { ENDPOINTS } from '@parley/protocol';
import type * as uWS from 'uWebSockets.js';
import { answerLater } from './http.ts';
import type { App, Library } from './load.ts';
import { copyRequest, isAmbiguous } from './request.ts';
import type { Connection, UserData } from './socket.ts';
import { Turn } from './turn.ts';
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
  return async (options, unguarded) => {
    const app = options.tls ? secureApp(library, options.tls) : library.App();
    const { onFault = () => {} } = options;
    const handlers = guarded(unguarded, onFault);
    const connections = new Set<Connection>();
    let accepting = true;

    const answering = {
      ask: (request: HttpRequest) => handlers.http(request),
      isAccepting: () => accepting,
      onFault,
    };
    const answer = (res: uWS.HttpResponse, request: HttpRequest): void =>
      void answerLater(res, request, answering);

    app.ws<UserData>(
      ENDPOINTS.connect,
      behavior({ library, options, handlers, onFault, connections, answer }),
    );
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
  readonly onFault: (error: unknown) => void;
  readonly connections: Set<Connection>;
  readonly answer: (res: uWS.HttpResponse, request: HttpRequest) => void;
}): uWS.WebSocketBehavior<UserData> {
  const { library, options, handlers, onFault, connections, answer } = server;
  const { maxMessageBytes, maxBackpressureBytes } = options;
  const turn = new Turn(onFault);
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
      if (isHandshake(request) && !isAmbiguous(request)) {
        void upgrade(res, request, context, { maxMessageBytes, turn, connections, handlers, onFault });
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

/** Speaks TLS; the library's own minimum is 1.2. */
function secureApp(library: Library, files: TlsFiles): App {
  const { certFile, keyFile } = files;
  try {
    // The library only says that it failed; Node, given the same files, says why.
    createSecureContext({ cert: readFileSync(certFile), key: readFileSync(keyFile) });
    return library.SSLApp({
      cert_file_name: certFile,
      key_file_name: keyFile,
      // Most sockets are silent most of the time.
      ssl_prefer_low_memory_usage: true,
    });
  } catch (cause) {
    throw tlsError(files, cause);
  }
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
