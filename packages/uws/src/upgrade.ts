import type { Admission, HttpRequest, ServerHandlers } from '@parley/core';
import type * as uWS from 'uWebSockets.js';
import { writeAnswer } from './http.ts';
import { Connection } from './socket.ts';
import type { UserData } from './socket.ts';
import type { Turn } from './turn.ts';

/** What {@link upgrade} needs of the server. */
export interface UpgradeOptions {
  readonly maxMessageBytes: number;
  readonly turn: Turn;
  /** Every socket that is open. */
  readonly connections: Iterable<Connection>;
  readonly handlers: ServerHandlers;
  readonly onFault: (error: unknown) => void;
}

/** Asks the node about a handshake, then opens or refuses it, if the client is still there by then. */
export async function upgrade(
  res: uWS.HttpResponse,
  request: HttpRequest,
  context: uWS.us_socket_context_t,
  options: UpgradeOptions,
): Promise<void> {
  let gone = false;
  // Before the first await: a handler that returns without an answer and without this ends the process.
  res.onAborted(() => {
    gone = true;
  });
  const admission = await options.handlers.upgrade(request);
  if (!admission.ok) {
    if (!gone)
      writeAnswer(res, admission.answer, { withoutBody: false, closeConnection: true }, options.onFault);
  } else if (gone) {
    admission.abandoned();
  } else {
    open(res, request, context, options, admission);
  }
}

function open(
  res: uWS.HttpResponse,
  { headers }: HttpRequest,
  context: uWS.us_socket_context_t,
  { maxMessageBytes, turn, connections, onFault }: UpgradeOptions,
  admission: Extract<Admission, { ok: true }>,
): void {
  const connection = new Connection({ maxMessageBytes, turn, open: (socket) => admission.open(socket) });
  const key = headers.get('sec-websocket-key') ?? '';
  const answer101 = () => {
    try {
      res.upgrade<UserData>({ connection }, key, admission.subprotocol ?? '', '', context);
    } catch (error) {
      // It throws before it opens, or not at all.
      res.close();
      admission.abandoned();
      onFault(error);
    }
  };
  withoutOwnCork(res, connections, answer101);
  connection.answered();
}

/**
 * Answers in a cork that another socket holds. In a cork of its own, 20.30 goes on reading the adopted socket as the HTTP response
 * that it was, if its memory has not moved, and now and then finds there that it is to be closed: of upgrades that had waited,
 * up to one in fifty got 101 and then 1006. While another one holds the cork, `res.cork` does nothing but call back; where there is
 * no other, the library warns on standard error that nothing is corked, and all is well.
 */
function withoutOwnCork(res: uWS.HttpResponse, connections: Iterable<Connection>, answer: () => void): void {
  for (const other of connections) {
    if (other.lendCork(() => res.cork(answer))) return;
  }
  answer();
}
