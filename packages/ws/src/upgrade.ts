import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import { isHandshake } from '@parley/core';
import type { Admission, HttpRequest, ServerHandlers } from '@parley/core';
import { ENDPOINTS } from '@parley/protocol';
import type { WebSocketServer } from 'ws';
import { writeRawAnswer } from './http.ts';
import { Connection } from './socket.ts';
import type { ConnectionOptions } from './socket.ts';

/** What {@link upgrade} needs of the server. */
export interface UpgradeOptions extends Omit<ConnectionOptions, 'open'> {
  readonly webSockets: WebSocketServer;
  readonly handlers: ServerHandlers;
  opened(connection: Connection): void;
  readonly onFault: (error: unknown) => void;
}

/** Asks the node about a connection that Node has handed over because of its `Upgrade` header, then opens or refuses it. */
export async function upgrade(
  req: IncomingMessage,
  request: HttpRequest,
  wire: Duplex,
  options: UpgradeOptions,
): Promise<void> {
  // From here on nobody else listens, and an unheard error ends the process. `close` follows it.
  wire.on('error', () => {});
  try {
    await decide(req, request, wire, options);
  } catch (error) {
    wire.destroy();
    options.onFault(error);
  }
}

async function decide(
  req: IncomingMessage,
  request: HttpRequest,
  wire: Duplex,
  options: UpgradeOptions,
): Promise<void> {
  if (request.path !== ENDPOINTS.connect || !isHandshake(request)) {
    return writeRawAnswer(wire, await options.handlers.http(request), request.method);
  }
  const admission = await whileSilent(wire, options.handlers.upgrade(request));
  if (!admission.ok) writeRawAnswer(wire, admission.answer, request.method);
  else open(req, wire, options, admission);
}

/**
 * A client must not send before 101 (RFC 6455, 4.1); what it sends ends the connection. Reading is also the only way to
 * see that it has gone.
 */
async function whileSilent<T>(wire: Duplex, answer: Promise<T>): Promise<T> {
  const leave = (): void => void wire.destroy();
  wire.on('data', leave).on('end', leave);
  try {
    return await answer;
  } finally {
    wire.off('data', leave).off('end', leave);
  }
}

function open(
  req: IncomingMessage,
  wire: Duplex,
  options: UpgradeOptions,
  admission: Extract<Admission, { ok: true }>,
): void {
  // `ws` answers the first subprotocol that it finds here, and refuses the handshake if it does not like the list.
  delete req.headers['sec-websocket-protocol'];
  if (admission.subprotocol !== undefined) req.headers['sec-websocket-protocol'] = admission.subprotocol;

  let connection: Connection | undefined;
  try {
    options.webSockets.handleUpgrade(req, wire, Buffer.alloc(0), (ws) => {
      connection = new Connection(ws, wire, { ...options, open: (socket) => admission.open(socket) });
      options.opened(connection);
    });
  } finally {
    // `ws` calls back before it returns, or not at all when the client has gone.
    if (connection === undefined) admission.abandoned();
  }
}
