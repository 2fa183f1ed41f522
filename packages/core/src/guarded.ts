import { CLOSES, closeReason } from '@parley/protocol';
import { refusalAnswer } from './http-answer.ts';
import type { Admission, ServerHandlers, Socket, SocketListener } from './ports/socket.ts';

/** Hears what was thrown. */
type OnFault = (error: unknown) => void;

type Admitted = Extract<Admission, { ok: true }>;

/**
 * The same handlers, and no exception gets out of them: thrown into a callback of uWebSockets.js or an event of `ws`, one
 * would end the process and every neighbour with it. Here it costs the request (500) or the socket (1011) it happened in.
 */
export function guarded(handlers: ServerHandlers, onFault: OnFault): ServerHandlers {
  const failed = (error: unknown) => {
    onFault(error);
    return refusalAnswer('internal');
  };
  return {
    async upgrade(request) {
      try {
        const admission = await handlers.upgrade(request);
        return admission.ok ? guardedAdmission(admission, onFault) : admission;
      } catch (error) {
        return { ok: false, answer: failed(error) };
      }
    },
    async http(request) {
      try {
        return await handlers.http(request);
      } catch (error) {
        return failed(error);
      }
    },
  };
}

function guardedAdmission(admission: Admitted, onFault: OnFault): Admitted {
  const { subprotocol } = admission;
  const abandoned = () => attempt(() => admission.abandoned(), onFault);
  return {
    ok: true,
    ...(subprotocol !== undefined && { subprotocol }),
    abandoned,
    open(socket) {
      const failed = failing(socket, onFault);
      try {
        return guardedListener(admission.open(socket), failed);
      } catch (error) {
        failed(error);
        abandoned();
        return DEAF;
      }
    },
  };
}

function guardedListener(listener: SocketListener, failed: OnFault): SocketListener {
  return {
    message: (text, bytes) => attempt(() => listener.message(text, bytes), failed),
    binary: () => attempt(() => listener.binary(), failed),
    alive: () => attempt(() => listener.alive(), failed),
    closed: (code) => attempt(() => listener.closed(code), failed),
  };
}

/** Ends the socket, then tells. */
function failing(socket: Socket, onFault: OnFault): OnFault {
  return (error) => {
    socket.end(CLOSES.internal.code, closeReason('internal'));
    onFault(error);
  };
}

function attempt(act: () => void, failed: OnFault): void {
  try {
    act();
  } catch (error) {
    failed(error);
  }
}

/** Of a socket that nobody took, or that is sent away. */
export const DEAF: SocketListener = { message() {}, binary() {}, alive() {}, closed() {} };
