import type { Outgoing, Welcome } from '@parley/protocol/plain';

import { addressOf } from './address.ts';
import type { ConnectionState, ConnectOptions, WebSocketConstructor } from './api.ts';
import { Credential } from './credential.ts';
import { Dialer } from './dialer.ts';
import { ParleyError } from './error.ts';
import { Outage } from './outage.ts';
import type { Answer, Line, LineEvents, OutgoingSignal, Receipt, Request } from './ports.ts';
import { Pulse } from './pulse.ts';
import { Reload } from './reload.ts';
import { Renewal } from './renewal.ts';
import { Requests } from './requests.ts';
import type { Session, SessionEnd } from './session.ts';
import { setbackOfClose, unreachable, type Setback } from './setback.ts';
import { Timers } from './timers.ts';
import { onWake } from './wake.ts';

const CONNECT_WITHIN_MS = 20_000;
/** How long requests wait for the last words of the session before. */
const LAST_WORDS_MS = 2_000;
/** What the `id` of a request adds to it, at most. */
const ID_BYTES = 32;
/** By then the close of a session that was continued elsewhere has arrived, or its network is gone. */
const OLD_SOCKET_MS = 30_000;

/**
 * Connects, and stays connected: the one way to a {@link Line}. The first welcome is told to `events` before this resolves.
 *
 * Rejects with ParleyError when there is no welcome in time, and at once when waiting would not help; with the reason of
 * `options.signal` when that is aborted. Then nothing is left behind.
 */
export function openConnection(url: string, options: ConnectOptions, events: LineEvents): Promise<Line> {
  return new Promise((resolve, reject) => {
    const { signal, timeoutMs = CONNECT_WITHIN_MS } = options;
    signal?.throwIfAborted();
    const settled = (outcome: Line | ParleyError) => {
      signal?.removeEventListener('abort', aborted);
      if (outcome instanceof ParleyError)
        reject(outcome.code === 'aborted' ? (signal?.reason as Error) : outcome);
      else resolve(outcome);
    };
    const connection = new Connection(url, options, events, settled);
    const aborted = () => connection.end(new ParleyError('aborted'));
    signal?.addEventListener('abort', aborted);
    connection.open(timeoutMs);
  });
}

/** One session after the other, and what lasts longer than each. */
class Connection implements Line {
  readonly #events: LineEvents;
  readonly #timers = new Timers();
  readonly #over = new AbortController();
  readonly #requests = new Requests();
  readonly #outage = new Outage();
  readonly #credential: Credential;
  readonly #dialer: Dialer;
  readonly #pulse: Pulse;
  readonly #reload: Reload;
  readonly #renewal: Renewal;
  /** Called once, by the first welcome or by an end before it. */
  #settled: ((outcome: Line | ParleyError) => void) | undefined;
  #state: ConnectionState = 'connecting';
  #welcome: Welcome | undefined;
  /** The session that is spoken on. */
  #current: Session | undefined;
  /** It cannot stay; otherwise it may, if no other is found. */
  #mustMove = false;
  /** Why there was none the last time. */
  #lastError: ParleyError | undefined;

  constructor(
    url: string,
    options: ConnectOptions,
    events: LineEvents,
    settled: (outcome: Line | ParleyError) => void,
  ) {
    const address = addressOf(url);
    const webSocket = webSocketOf(options);
    const timers = this.#timers;
    const over = this.#over.signal;
    const credential = new Credential(options, timers);
    const proof = () => (this.#welcome ? { resume: this.#welcome.resume } : { restart: this.#reload.proof });
    this.#events = events;
    this.#settled = settled;
    this.#credential = credential;
    this.#reload = new Reload(address.connect, options.restart ?? true);
    this.#renewal = new Renewal(credential, timers, (error) => events.error(error));
    this.#pulse = new Pulse(
      timers,
      () => events.isInUse(),
      (session) => {
        if (session !== this.#current) return;
        this.#lose(session, unreachable('no life sign'));
        this.#dialer.hurry();
      },
    );
    this.#dialer = new Dialer(
      { address, webSocket, credential, timers, over, proof },
      {
        welcome: (session, welcome) => this.#begin(session, welcome),
        message: (session, message) => this.#hear(session, message),
        closed: (session, end) => this.#ended(session, end),
        failed: (setback) => this.#suffer(setback),
      },
    );
  }

  open(timeoutMs: number): void {
    this.#timers.after(timeoutMs, () => {
      if (this.#settled) this.end(this.#lastError ?? unreachable(`no welcome within ${timeoutMs} ms`).error);
    });
    onWake(() => this.#woke(), this.#timers, this.#over.signal);
    this.#reload.watch(() => this.close(), this.#over.signal);
    this.#dialer.dial();
  }

  get state(): ConnectionState {
    return this.#state;
  }

  get welcome(): Welcome | undefined {
    return this.#welcome;
  }

  request(message: Request, signal?: AbortSignal): Promise<Answer> {
    // What is too big ends a session, and would end each one after it.
    const bytes = new TextEncoder().encode(JSON.stringify(message)).length + ID_BYTES;
    const { maxMessageBytes = Infinity } = this.#welcome?.limits ?? {};
    if (bytes > maxMessageBytes) return Promise.reject(new ParleyError('too-big'));
    const answer = this.#requests.ask(message, signal);
    // After a close as idle nothing is under way.
    if (!this.#current && !this.#isOver && !this.#dialer.isBusy) this.#dialer.dial();
    return answer;
  }

  signal(message: OutgoingSignal): Promise<Receipt> | undefined {
    // The answers to a signal are receipts as they come.
    const lost = { type: 'lost-session' };
    return this.#current?.ask(message).then((answer) => (answer ?? lost) as Receipt);
  }

  acknowledge(message: OutgoingSignal): void {
    this.#current?.send(message);
  }

  close(): void {
    this.end(new ParleyError('closed'));
  }

  /** Nothing is left, whatever was under way. */
  end(error: ParleyError): void {
    if (this.#isOver) return;
    this.#over.abort();
    this.#timers.clear();
    this.#current = undefined;
    // An older one, too: the one after it may never have got through.
    for (const session of this.#dialer.sessions) session.sayGoodbye();
    this.#requests.end(error);
    this.#tell('closed', error);
    this.#settled?.(error);
    this.#settled = undefined;
  }

  get #isOver(): boolean {
    return this.#over.signal.aborted;
  }

  #begin(session: Session, welcome: Welcome): void {
    const former = this.#current;
    this.#current = session;
    this.#welcome = welcome;
    this.#mustMove = false;
    this.#outage.reset();
    this.#reload.keep(welcome.resume);
    this.#renewal.watch(session, welcome.expiresInMs);
    this.#pulse.watch(session, welcome.heartbeatMs);
    this.#partFrom(session, welcome.resumed);
    // Of what was asked on the former session the answers are on their way.
    let sayAgain: (() => void) | undefined;
    if (former && welcome.resumed) {
      this.#requests.pause();
      this.#timers.after(LAST_WORDS_MS, () => this.#sayAgain());
    } else sayAgain = this.#requests.moveTo(session);
    this.#events.welcome(welcome);
    this.#tell('open');
    sayAgain?.();
    this.#settled?.(this);
    this.#settled = undefined;
  }

  /** Of those before: who was continued is read until it closes; of who was not, nobody wants to hear any more. */
  #partFrom(session: Session, isContinued: boolean): void {
    for (const older of this.#dialer.sessions) {
      if (older === session) continue;
      if (!isContinued) older.sayGoodbye();
      else this.#timers.after(OLD_SOCKET_MS, () => older.giveUp());
    }
  }

  #sayAgain(): void {
    if (this.#current && this.#requests.isPaused) this.#requests.moveTo(this.#current)();
  }

  #hear(session: Session, message: Outgoing): void {
    if (this.#outage.heed(message)) this.#move(session, false);
    if (message.type === 'going-away')
      this.#timers.after(message.reconnectAfterMs, () => this.#move(session, true));
    else if (!('re' in message)) this.#events.message(message);
  }

  #ended(session: Session, end: SessionEnd): void {
    if (this.#isOver) return;
    if (session === this.#current) this.#lose(session, setbackOfClose(end.code, end.reason));
    else this.#sayAgain();
  }

  /** Looks for another session while this one lives. */
  #move(session: Session, isUrgent: boolean): void {
    if (session !== this.#current) return;
    session.isLeft = true;
    this.#mustMove ||= isUrgent;
    this.#dialer.dial();
  }

  /** Is spoken on no longer; if its socket is still there, it is read. */
  #lose(session: Session, setback: Setback): void {
    this.#current = undefined;
    this.#requests.pause();
    // The one that took its place is ours, be it on its way or given up too early.
    const hasMoved = session.isLeft && setback.error.code === 'replaced';
    if (setback.next === 'never' && !hasMoved) return this.end(setback.error);
    if (!this.#dialer.isTrying) return this.#suffer(hasMoved ? { ...setback, next: 'later' } : setback);
    if (!hasMoved) this.#tell('away', setback.error);
  }

  /** There is no session, or none but the one that is to be left. */
  #suffer(setback: Setback): void {
    const { error, next } = setback.next === 'token' ? this.#credential.refuse(setback.error) : setback;
    this.#lastError = error;
    if (next === 'never') return this.end(error);
    if (this.#current && !this.#mustMove) return this.#outage.reset();
    if (next === 'when-needed' && this.#requests.isEmpty) return this.#tell('away', error);
    const retryInMs = this.#dialer.dialLater(error.retryAfterMs);
    if (!this.#current) this.#tell(this.#welcome ? 'away' : 'connecting', error, retryInMs);
  }

  #woke(): void {
    this.#events.woke();
    this.#dialer.hurry();
    if (this.#current) void this.#pulse.feel(this.#current);
  }

  #tell(state: ConnectionState, error?: ParleyError, retryInMs?: number): void {
    if (this.#state === 'closed') return;
    this.#state = state;
    this.#events.state({
      state,
      ...(error && { reason: error.code }),
      willReturn: state !== 'closed',
      ...(retryInMs !== undefined && { retryInMs }),
    });
  }
}

function webSocketOf({ webSocket = globalThis.WebSocket }: ConnectOptions): WebSocketConstructor {
  if (webSocket) return webSocket;
  throw new ParleyError(
    'unsupported',
    'there is no WebSocket here: give connect a `webSocket`, such as that of "ws"',
  );
}
