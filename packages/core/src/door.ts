import {
  CLOSES,
  type CloseName,
  type InstanceId,
  type OfferedSubprotocols,
  type PeerId,
  readSubprotocols,
  REFUSALS,
  type RefusalCode,
  type SessionId,
  SUBPROTOCOL,
} from '@parley/protocol';
import { CallerReader, limitSubject } from './caller.ts';
import { fenceOf } from './fence.ts';
import type { Membership } from './membership.ts';
import type { NodeOptions } from './options.ts';
import { isOriginAllowed } from './origin.ts';
import type { Random } from './ports/clock.ts';
import type { Log } from './ports/log.ts';
import type { Metrics } from './ports/metrics.ts';
import type { Admission, HttpAnswer, HttpRequest, Socket, SocketListener } from './ports/socket.ts';
import type { TokenVerifier } from './ports/verifier.ts';
import type { Admitted } from './session.ts';

/** What a request would get: a session, a close that says why, or a refusal before any socket exists. */
type Verdict =
  | { readonly ok: true; readonly admitted: Admitted }
  | { readonly ok: false; readonly close: CloseName }
  | { readonly ok: false; readonly refusal: RefusalCode; readonly retryAfterMs?: number };

export interface DoorEvents {
  /** Somebody came in. */
  accept(admitted: Admitted, socket: Socket): SocketListener;
}

/**
 * Decides who comes in, before a socket exists.
 *
 * What a dumb stranger sends is refused by an HTTP status. A well-formed token that is not accepted gets its socket and then
 * a close that says why, because of a refused upgrade a browser sees nothing at all.
 */
export class Door {
  readonly #options: NodeOptions;
  readonly #verifier: TokenVerifier;
  readonly #membership: Membership;
  readonly #random: Random;
  readonly #metrics: Metrics;
  readonly #log: Log;
  readonly #events: DoorEvents;
  readonly #callers: CallerReader;
  readonly #perAddress = new Map<string, number>();
  #inside = 0;
  #closed = false;

  constructor(options: {
    options: NodeOptions;
    verifier: TokenVerifier;
    membership: Membership;
    random: Random;
    metrics: Metrics;
    log: Log;
    events: DoorEvents;
  }) {
    this.#options = options.options;
    this.#verifier = options.verifier;
    this.#membership = options.membership;
    this.#random = options.random;
    this.#metrics = options.metrics;
    this.#log = options.log;
    this.#events = options.events;
    this.#callers = new CallerReader(options.options.door.trustedProxies);
  }

  /** Sockets that are open or about to be. */
  get inside(): number {
    return this.#inside;
  }

  /** Addresses that have such sockets. */
  get addresses(): number {
    return this.#perAddress.size;
  }

  /** The node stops: nobody comes in any more. */
  close(): void {
    this.#closed = true;
  }

  get isClosed(): boolean {
    return this.#closed;
  }

  /** An upgrade request: whether there will be a socket, and what becomes of it. Never rejects. */
  async connect(request: HttpRequest): Promise<Admission> {
    const offered = readSubprotocols(request.headers.get('sec-websocket-protocol'));
    let verdict: Verdict =
      offered.version === 'unsupported'
        ? refuse('unsupported-subprotocol')
        : await this.#verdict(request, offered);
    // Others came in while the token was looked at. Between this and the count nothing waits.
    const full = verdict.ok && this.#full(verdict.admitted.address);
    if (full) verdict = refuse(full, RETRY_AFTER_MS);
    if ('refusal' in verdict) {
      this.#metrics.upgraded(verdict.refusal);
      return { ok: false, answer: refusalAnswer(verdict.refusal, verdict.retryAfterMs) };
    }
    this.#metrics.upgraded(verdict.ok ? 'accepted' : verdict.close);
    const subprotocol = offered.version === SUBPROTOCOL && { subprotocol: SUBPROTOCOL };
    if (!verdict.ok)
      return { ok: true, ...subprotocol, open: (socket) => sendAway(socket, verdict.close), abandoned() {} };
    const { admitted } = verdict;
    const leave = this.#enter(admitted.address);
    const open = (socket: Socket) => {
      if (!this.#closed) return andThen(this.#events.accept(admitted, socket), leave);
      leave();
      return sendAway(socket, 'drained');
    };
    return { ok: true, ...subprotocol, open, abandoned: leave };
  }

  /** What an upgrade from this origin with this credential would get (`GET /v1/check`). Never rejects. */
  async check(request: HttpRequest): Promise<HttpAnswer> {
    const verdict = await this.#verdict(request, readSubprotocols(undefined));
    if (verdict.ok) return json(200, { code: 'ok', message: 'A socket would be opened.' });
    if ('refusal' in verdict) return refusalAnswer(verdict.refusal, verdict.retryAfterMs);
    return json(401, { code: verdict.close, message: CLOSES[verdict.close].meaning });
  }

  /** A verifier with a bug costs this request, never the process. */
  #verdict(request: HttpRequest, offered: OfferedSubprotocols): Promise<Verdict> {
    return this.#judge(request, offered).catch((error: unknown) => {
      this.#log.error({ event: 'upgrade-failed', error }, 'an upgrade could not be judged; it is refused');
      return refuse('internal');
    });
  }

  async #judge(request: HttpRequest, offered: OfferedSubprotocols): Promise<Verdict> {
    if (this.#closed) return refuse('draining', RETRY_AFTER_MS);
    const { door } = this.#options;
    const caller = this.#callers.read(request);
    if (door.requireSecure && !caller.secure) return refuse('insecure-transport');
    if (!isOriginAllowed(request, door)) return refuse('origin-not-allowed');
    if (!this.#membership.up) return refuse('cluster-unavailable', RETRY_AFTER_MS);
    const full = this.#full(caller.address);
    if (full) return refuse(full, RETRY_AFTER_MS);

    const credential = credentialOf(request, offered, door.allowQueryToken);
    if (credential === 'not-allowed-in-query') return refuse('credential-malformed');
    const verdict = await this.#verifier.verify(credential);
    if (!verdict.ok && verdict.kind === 'malformed')
      return refuse(credential === undefined ? 'credential-missing' : 'credential-malformed');
    if (!verdict.ok) return { ok: false, close: verdict.close };
    const { identity } = verdict;
    const session = this.#random.id() as SessionId;
    const admitted: Admitted = {
      identity,
      peer: identity.peer ?? (this.#random.id() as PeerId),
      instance: this.#random.id() as InstanceId,
      session,
      fence: fenceOf(this.#membership.nowMs(), session),
      address: caller.address,
    };
    return { ok: true, admitted };
  }

  #full(address: string): 'node-full' | 'too-many-sessions' | undefined {
    const { maxSessions, maxSessionsPerAddress } = this.#options.door;
    if (maxSessions > 0 && this.#inside >= maxSessions) return 'node-full';
    const here = this.#perAddress.get(limitSubject(address)) ?? 0;
    return maxSessionsPerAddress > 0 && here >= maxSessionsPerAddress ? 'too-many-sessions' : undefined;
  }

  /** Counts one socket; returns what takes it off the count again, once. */
  #enter(address: string): () => void {
    const subject = limitSubject(address);
    this.#inside += 1;
    this.#perAddress.set(subject, (this.#perAddress.get(subject) ?? 0) + 1);
    let left = false;
    return () => {
      if (left) return;
      left = true;
      this.#inside -= 1;
      const here = (this.#perAddress.get(subject) ?? 1) - 1;
      if (here > 0) this.#perAddress.set(subject, here);
      else this.#perAddress.delete(subject);
    };
  }
}

/** What a client is told to wait when this node cannot take it now. */
const RETRY_AFTER_MS = 2_000;

const refuse = (refusal: RefusalCode, retryAfterMs?: number): Verdict => ({
  ok: false,
  refusal,
  ...(retryAfterMs !== undefined && { retryAfterMs }),
});

/**
 * The credential, from where it may stand: `Authorization` for servers, a subprotocol entry for browsers, the query as the
 * last resort, because proxies write it into their logs.
 */
function credentialOf(
  request: HttpRequest,
  offered: OfferedSubprotocols,
  allowQueryToken: boolean,
): string | undefined {
  const [, bearer] = /^Bearer +(\S+) *$/i.exec(request.headers.get('authorization') ?? '') ?? [];
  const header = bearer ?? (request.headers.has('authorization') ? '' : offered.token);
  if (header !== undefined) return header;
  const token = new URLSearchParams(request.query).get('token') ?? undefined;
  const looksLikeJwt = token !== undefined && token.split('.').length === 3;
  return looksLikeJwt && !allowQueryToken ? 'not-allowed-in-query' : token;
}

function sendAway(socket: Socket, close: CloseName): SocketListener {
  socket.end(CLOSES[close].code, close);
  return { message() {}, binary() {}, alive() {}, closed() {} };
}

/** The same listener, and something more to do at the end. */
function andThen(listener: SocketListener, ended: () => void): SocketListener {
  return {
    message: (text, bytes) => listener.message(text, bytes),
    binary: () => listener.binary(),
    alive: () => listener.alive(),
    closed(code) {
      ended();
      listener.closed(code);
    },
  };
}

/** A refusal before any socket exists, as HTTP. */
export function refusalAnswer(refusal: RefusalCode, retryAfterMs?: number): HttpAnswer {
  const { status, meaning } = REFUSALS[refusal];
  const later = retryAfterMs !== undefined && { retryAfterMs };
  const answer = json(status, { code: refusal, message: meaning, ...later });
  return {
    ...answer,
    headers: {
      ...answer.headers,
      ...(retryAfterMs !== undefined && { 'retry-after': String(Math.ceil(retryAfterMs / 1_000)) }),
      ...(status === 401 && { 'www-authenticate': 'Bearer' }),
      ...(status === 426 && { upgrade: 'websocket' }),
    },
  };
}

/** An answer for any page: no cookie ever counts here, so there is nothing that a foreign page could abuse. */
export function json(status: number, body: object): HttpAnswer {
  return {
    status,
    headers: {
      'content-type': 'application/json; charset=utf-8',
      'cache-control': 'no-store',
      'access-control-allow-origin': '*',
      'x-content-type-options': 'nosniff',
    },
    body: JSON.stringify(body),
  };
}
