/** What the node asks of one WebSocket. Adapters translate and nothing else. Every method is harmless after the end. */
export interface Socket {
  /**
   * Hands over one text frame (UTF-8 when bytes, which must not change afterwards).
   *
   * `sent`: written to the kernel, or on its way there at the end of this turn of the event loop. `queued`: accepted, within the bounded
   * backpressure; must not be sent again. `dropped`: not accepted; a stream with a gap must not go on, so the adapter
   * closes the socket at once. `ended`: the socket is ending, by whomever; nothing was sent, and `closed` has come or will.
   */
  send(text: string | Uint8Array): SendOutcome;
  ping(): void;
  /**
   * Sends a close frame (RFC 6455, 5.5.1) with a code and a reason of at most 123 bytes, then ends. From here on the
   * listener hears nothing but `closed`, and that within seconds even if the client never answers.
   */
  end(code: number, reason: string): void;
  /** Runs `writes`, at once and in any case, so that what they send leaves in as few packets as the library can. */
  cork(writes: () => void): void;
}

export type SendOutcome = 'sent' | 'queued' | 'dropped' | 'ended';

/** What the node wants to hear of one WebSocket. Nothing is said from inside a method of that socket, nor before `open` has returned. */
export interface SocketListener {
  /** One text message, whole, valid UTF-8, at most `maxMessageBytes`: a longer one ends the socket, with 1009 if possible. */
  message(text: string, bytes: number): void;
  /** A binary frame came: not part of the protocol. */
  binary(): void;
  /** A pong or a ping came. */
  alive(): void;
  /**
   * Exactly once, when the socket is gone: the code given to `end` if that came first, else the one in the client's
   * close frame (1005 when it held none), else 1006 (RFC 6455, 7.1.5).
   */
  closed(code: number): void;
}

/** A copy of an HTTP request: nothing in it belongs to the socket library. */
export interface HttpRequest {
  readonly method: string;
  /** Without the query. */
  readonly path: string;
  /** Without the question mark. */
  readonly query: string;
  /** Names in lower case; values of a name that came more than once are joined by `, ` in their order (RFC 9110, 5.3). */
  readonly headers: ReadonlyMap<string, string>;
  /** The other end of the TCP connection; an IPv4-mapped IPv6 address is given as IPv4. */
  readonly address: string;
  /** The source that a PROXY protocol v2 header named, when there was one and the adapter understands it. */
  readonly proxiedAddress?: string;
  /** The node itself ended TLS. */
  readonly tls: boolean;
}

export interface HttpAnswer {
  readonly status: number;
  /** Without `Content-Length` and `Connection`, which are the adapter's. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | Uint8Array;
}

/** What to do with an upgrade request: refuse it by HTTP, or answer 101 and open. */
export type Admission =
  | { readonly ok: false; readonly answer: HttpAnswer }
  | {
      readonly ok: true;
      /** The one subprotocol to answer; absent when none was offered. */
      readonly subprotocol?: string;
      /** Called once, when the socket is open; never when the client had gone by then. */
      open(socket: Socket): SocketListener;
      /** Called once if there will be no `closed`: the client was gone before 101 could be sent, or `open` threw. */
      abandoned(): void;
    };

/** What a server needs to end TLS itself. Both are PEM, and read once, at the start. */
export interface TlsFiles {
  /** The certificate, and after it those that lead from it to a root. */
  readonly certFile: string;
  /** Its private key, not encrypted. */
  readonly keyFile: string;
}

export interface SocketServerOptions {
  readonly host: string;
  /** 0 picks a free port. */
  readonly port: number;
  readonly maxMessageBytes: number;
  /** What one socket may hold unsent before `send` drops and the socket is closed. */
  readonly maxBackpressureBytes: number;
  /**
   * Whether a connection may begin with a PROXY protocol v2 header whose source becomes `proxiedAddress`. Whoever
   * reaches the port can write one, so it is for the node to ask whether it trusts `address`. When false, such a
   * connection is refused, or its header read and ignored. With `tls` nothing is looked for: such a header would stand
   * before the TLS handshake, where uWebSockets.js does not read it, and ends the connection.
   */
  readonly proxyProtocol: boolean;
  /** The port speaks TLS, of version 1.2 at least, and nothing else. */
  readonly tls?: TlsFiles;
  /**
   * Called with whatever the node's own code threw where it must not: a bug. By then it has cost the one request (500) or
   * socket (1011) in which it happened, and nobody else anything. Must not throw.
   */
  readonly onFault?: (error: unknown) => void;
  /** Called for each connection that was refused because of such a header, by an adapter that can tell. */
  readonly onRefusedProxyHeader?: () => void;
}

export interface ServerHandlers {
  /** Asked for each handshake ({@link isHandshake}) on `/v1/connect`. Should not reject; see `onFault`. */
  upgrade(request: HttpRequest): Promise<Admission>;
  /** Asked for every other request, so also for one on `/v1/connect` that asks for a WebSocket wrongly or not at all. Should not reject; see `onFault`. */
  http(request: HttpRequest): Promise<HttpAnswer>;
}

export interface SocketServer {
  readonly port: number;
  /** Takes no new connections; those that are open stay. */
  stopAccepting(): void;
  /** Ends everything that is still open, sockets with 1001; resolves when each has heard `closed` and the connections are gone. */
  stop(): Promise<void>;
}

/**
 * How an adapter package offers itself. Rejects with a system error (`code: 'EADDRINUSE'`) when the port cannot be had,
 * and with {@link tlsError} when no TLS server can be made of the files.
 *
 * However slowly or never a client sends its request, its connection ends: after 12 s, with newer uWebSockets.js 32 s.
 * No answer names the socket library, except those in which uWebSockets.js, from 20.5x on, refuses what is no HTTP.
 */
export type Listen = (options: SocketServerOptions, handlers: ServerHandlers) => Promise<SocketServer>;

/** Code of {@link tlsError}. */
const TLS_ERROR = 'ERR_PARLEY_TLS';

/** Says that a certificate and its key do not make a TLS server. */
export function tlsError({ certFile, keyFile }: TlsFiles, cause: unknown): Error {
  const why = cause instanceof Error ? cause.message : String(cause);
  const error = new Error(`no TLS server can be made of ${certFile} and ${keyFile} (${why})`, { cause });
  return Object.assign(error, { code: TLS_ERROR });
}

/** Whether this is a {@link tlsError}. */
export function isTlsError(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === TLS_ERROR;
}

const ASKS_TO_UPGRADE = /(^|[\s,])upgrade($|[\s,])/i;

/** 16 bytes in base64. */
const HANDSHAKE_KEY = /^[+/0-9A-Za-z]{22}==$/;

/** Whether a request is an opening handshake that can be answered with 101 (RFC 6455, 4.2.1); here, so that every adapter agrees. */
export function isHandshake({ method, headers }: HttpRequest): boolean {
  return (
    method === 'GET' &&
    headers.get('upgrade')?.toLowerCase() === 'websocket' &&
    ASKS_TO_UPGRADE.test(headers.get('connection') ?? '') &&
    headers.get('sec-websocket-version') === '13' &&
    HANDSHAKE_KEY.test(headers.get('sec-websocket-key') ?? '')
  );
}
