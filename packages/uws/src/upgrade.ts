import type { Admission, HttpRequest, ServerHandlers } from '@parley/core';
import type * as uWS from 'uWebSockets.js';
import { corked, writeAnswer } from './http.ts';
import { Connection } from './socket.ts';
import type { UserData } from './socket.ts';

/** What {@link upgrade} needs of the server. */
export interface UpgradeOptions {
  readonly maxMessageBytes: number;
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
  { maxMessageBytes, onFault }: UpgradeOptions,
  admission: Extract<Admission, { ok: true }>,
): void {
  const connection = new Connection({ maxMessageBytes, open: (socket) => admission.open(socket) });
  const key = headers.get('sec-websocket-key') ?? '';
  const answer101 = () =>
    res.upgrade<UserData>({ connection }, key, admission.subprotocol ?? '', '', context);
  corked(res, answer101, (error) => {
    // It throws before it opens, or not at all.
    admission.abandoned();
    onFault(error);
  });
  connection.uncorked();
}
