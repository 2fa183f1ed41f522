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
      try {
        return new GuardedListener(admission.open(socket), socket, onFault);
      } catch (error) {
        fail(socket, error, onFault);
        abandoned();
        return DEAF;
      }
    },
  };
}

/** Of methods, not of closures: every socket has one as long as it lives. */
class GuardedListener implements SocketListener {
  readonly #listener: SocketListener;
  readonly #socket: Socket;
  readonly #onFault: OnFault;

  constructor(listener: SocketListener, socket: Socket, onFault: OnFault) {
    this.#listener = listener;
    this.#socket = socket;
    this.#onFault = onFault;
  }

  message(text: string, bytes: number): void {
    try {
      this.#listener.message(text, bytes);
    } catch (error) {
      this.#failed(error);
    }
  }

  binary(): void {
    try {
      this.#listener.binary();
    } catch (error) {
      this.#failed(error);
    }
  }

  alive(): void {
    try {
      this.#listener.alive();
    } catch (error) {
      this.#failed(error);
    }
  }

  closed(code: number): void {
    try {
      this.#listener.closed(code);
    } catch (error) {
      this.#failed(error);
    }
  }

  #failed(error: unknown): void {
    fail(this.#socket, error, this.#onFault);
  }
}

/** Ends the socket, then tells. */
function fail(socket: Socket, error: unknown, onFault: OnFault): void {
  socket.end(CLOSES.internal.code, closeReason('internal'));
  onFault(error);
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
