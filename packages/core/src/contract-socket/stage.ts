import { readFileSync } from 'node:fs';
import { expect, onTestFinished } from 'vitest';
import type {
  Admission,
  HttpAnswer,
  HttpRequest,
  Listen,
  Socket,
  SocketListener,
  SocketServer,
  SocketServerOptions,
} from '../ports/socket.ts';
import { Client, handshake } from './client.ts';
import type { ClientOptions } from './client.ts';

/** One WebSocket as the node sees it, and all that it has heard of it. */
export interface Session {
  readonly socket: Socket;
  readonly texts: { readonly text: string; readonly bytes: number }[];
  readonly closes: number[];
  binaries: number;
  alives: number;
}

/** What a test may decide in the node's place. */
export interface Script {
  readonly options?: Partial<SocketServerOptions>;
  /** Before the admission is answered. */
  admit?(request: HttpRequest): Promise<'open' | HttpAnswer>;
  readonly subprotocol?: string;
  /** Called inside `open`. */
  opened?(session: Session): void;
  /** Called inside `message`. */
  heard?(session: Session, text: string): void;
  /** Called inside `closed`. */
  closed?(session: Session): void;
  /** Called inside `binary` and `alive`. */
  noticed?(session: Session): void;
  http?(request: HttpRequest): Promise<HttpAnswer>;
  /** What `onFault` is to hear, by the end of the test; without it, nothing. */
  readonly faults?: readonly unknown[];
}

/** A server of the implementation under test, with a node that only writes down. */
export interface Stage {
  readonly server: SocketServer;
  readonly sessions: Session[];
  readonly upgrades: HttpRequest[];
  readonly requests: HttpRequest[];
  readonly faults: unknown[];
  abandoned: number;
  /** A TCP connection, with TLS where the server speaks it. */
  dial(options?: ClientOptions): Promise<Client>;
  /** A client whose handshake was answered with 101, and its session. */
  join(options?: ClientOptions): Promise<{ client: Client; session: Session }>;
}

const NOT_FOUND: HttpAnswer = { status: 404, headers: {}, body: 'not found' };

export const MAX_MESSAGE_BYTES = 16_384;
export const MAX_BACKPRESSURE_BYTES = 65_536;

/**
 * Starts a server for one test. When the test is over it is stopped, and what must hold for every test is looked at:
 * each admission ended in exactly one `open` or `abandoned`, each socket in exactly one `closed`, and no fault was told but
 * those that the script has.
 */
export async function setStage(listen: Listen, script: Script = {}): Promise<Stage> {
  const sessions: Session[] = [];
  const upgrades: HttpRequest[] = [];
  const requests: HttpRequest[] = [];
  const faults: unknown[] = [];
  let granted = 0;

  const upgrade = async (request: HttpRequest): Promise<Admission> => {
    upgrades.push(request);
    const answer = (await script.admit?.(request)) ?? 'open';
    if (answer !== 'open') return { ok: false, answer };
    granted += 1;
    return {
      ok: true,
      ...(script.subprotocol !== undefined && { subprotocol: script.subprotocol }),
      open: (socket) => record(socket, sessions, script),
      abandoned: () => {
        stage.abandoned += 1;
      },
    };
  };
  const http = async (request: HttpRequest): Promise<HttpAnswer> => {
    requests.push(request);
    return (await script.http?.(request)) ?? NOT_FOUND;
  };

  const chosen = { ...DEFAULTS, onFault: (error: unknown) => void faults.push(error), ...script.options };
  const server = await listen(chosen, { upgrade, http });
  const ca = chosen.tls && readFileSync(chosen.tls.certFile, 'utf8');
  const stage: Stage = {
    server,
    sessions,
    upgrades,
    requests,
    faults,
    abandoned: 0,
    dial: (client) => Client.connect(server.port, { ca, ...client }),
    async join(options) {
      const client = await stage.dial(options);
      client.write(handshake());
      expect(await client.head()).toMatchObject({ status: 101 });
      const session = sessions.at(-1);
      if (session === undefined) throw new Error('101 without open');
      return { client, session };
    },
  };
  onTestFinished(async () => {
    await server.stop();
    for (const { closes } of sessions) expect(closes).toHaveLength(1);
    expect(sessions.length + stage.abandoned).toBe(granted);
    expect(faults).toEqual(script.faults ?? []);
  });
  return stage;
}

const DEFAULTS: SocketServerOptions = {
  host: '127.0.0.1',
  port: 0,
  maxMessageBytes: MAX_MESSAGE_BYTES,
  maxBackpressureBytes: MAX_BACKPRESSURE_BYTES,
  proxyProtocol: false,
};

function record(socket: Socket, sessions: Session[], script: Script): SocketListener {
  const session: Session = { socket, texts: [], closes: [], binaries: 0, alives: 0 };
  // An `open` that throws has not taken its socket.
  script.opened?.(session);
  sessions.push(session);
  return {
    message(text, bytes) {
      session.texts.push({ text, bytes });
      script.heard?.(session, text);
    },
    binary() {
      session.binaries += 1;
      script.noticed?.(session);
    },
    alive() {
      session.alives += 1;
      script.noticed?.(session);
    },
    closed(code) {
      session.closes.push(code);
      script.closed?.(session);
    },
  };
}

/** A promise that a test settles when it likes. */
export function gate(): { readonly passed: Promise<void>; readonly open: () => void } {
  let open = (): void => {};
  const passed = new Promise<void>((resolve) => {
    open = resolve;
  });
  return { passed, open };
}
