import type { Outgoing, RoomSnapshot, Welcome } from '@parley/protocol/plain';

import { abortable } from './abortable.ts';
import { addressOf } from './address.ts';
import type { ConnectionState, ConnectOptions, WebSocketConstructor } from './api.ts';
import { bytesOf } from './bytes.ts';
import { Credential } from './credential.ts';
import { Dialer } from './dialer.ts';
import { ParleyError } from './error.ts';
import { Outage } from './outage.ts';
import type { Answer, Line, LineEvents, OutgoingSignal, Receipt, Request, Waking } from './ports.ts';
import { feelPulse, watchPulse } from './pulse.ts';
import { Reload } from './reload.ts';
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
const RENEW_AGAIN_MS = 5_000;
/** By then the close of a session that was continued elsewhere has arrived, or its network is gone. */
const OLD_SOCKET_MS = 30_000;

/**
 * Connects, and stays connected: the one way to a {@link Line}. The first welcome is told to `events` before this resolves.
 *
 * Rejects with ParleyError when there is no welcome in time, and at once when waiting would not help; with the reason of
 * `options.signal` when that is aborted. Then nothing is left behind.
 */
export async function openConnection(
  url: string,
  options: ConnectOptions,
  events: LineEvents,
): Promise<Line> {
  const { signal, timeoutMs = CONNECT_WITHIN_MS } = options;
  signal?.throwIfAborted();
  const connection = new Connection(url, options, events);
  await abortable(connection.open(timeoutMs), signal, () => connection.end(new ParleyError('aborted')));
  return connection;
}

/** One session after the other, and what lasts longer than each. */
class Connection implements Line {
  state: ConnectionState = 'connecting';
  welcome: Welcome | undefined;
  readonly #events: LineEvents;
  readonly #timers = new Timers();
  readonly #over = new AbortController();
  readonly #requests = new Requests();
  readonly #outage = new Outage();
  readonly #credential: Credential;
  readonly #dialer: Dialer;
  readonly #reload: Reload;
  /** By the first welcome, or by an end before it; once settled, it stays so. */
  #opened: { resolve(): void; reject(error: Error): void } | undefined;
  /** The session that is spoken on. */
  #current: Session | undefined;
  /** It cannot stay; otherwise it may, if no other is found. */
  #mustMove = false;
  /** Why there was none the last time. */
  #lastError: ParleyError | undefined;

  constructor(url: string, options: ConnectOptions, events: LineEvents) {
    const address = addressOf(url);
    const webSocket = webSocketOf(options);
    const timers = this.#timers;
    const over = this.#over.signal;
    this.#credential = new Credential(options, timers);
    const proof = () => (this.welcome ? { resume: this.welcome.resume } : { restart: this.#reload.proof });
    this.#events = events;
    this.#reload = new Reload(address.connect, options.restart ?? true);
    this.#dialer = new Dialer(
      { address, webSocket, credential: this.#credential, timers, over, proof },
      {
        welcome: (session, welcome) => this.#begin(session, welcome),
        message: (session, message) => this.#hear(session, message),
        closed: (session, end) => this.#ended(session, end),
        failed: (setback) => this.#suffer(setback),
      },
    );
  }

  /** Resolves with the first welcome. */
  open(timeoutMs: number): Promise<void> {
    this.#timers.after(timeoutMs, () => {
      if (this.state === 'connecting')
        this.end(this.#lastError ?? unreachable(`no welcome within ${timeoutMs} ms`).error);
    });
    onWake((why) => this.#woke(why), this.#timers, this.#over.signal);
    this.#reload.watch(() => this.#leave(), this.#over.signal);
    this.#dialer.dial();
    return new Promise((resolve, reject) => (this.#opened = { resolve, reject }));
  }

  async request(message: Request): Promise<Answer> {
    // What is too big ends a session, and would end each one after it.
    const { maxMessageBytes = Infinity } = this.welcome?.limits ?? {};
    if (bytesOf(message) + ID_BYTES > maxMessageBytes) throw new ParleyError('too-big');
    const answer = this.#requests.ask(message);
    // After a close as idle nothing is under way.
    if (!this.#current && !this.#isOver && !this.#dialer.isBusy) this.#dialer.dial();
    return answer;
  }

  created(snapshot: RoomSnapshot): void {
    this.#requests.created(snapshot);
  }

  signal(message: OutgoingSignal): Promise<Receipt | undefined> | undefined {
    // The answers to a signal are receipts as they come.
    return this.#current?.ask(message) as Promise<Receipt | undefined> | undefined;
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
    this.#opened?.reject(error);
  }

  get #isOver(): boolean {
    return this.#over.signal.aborted;
  }

  #begin(session: Session, welcome: Welcome): void {
    const former = this.#current;
    this.#current = session;
    this.welcome = welcome;
    this.#mustMove = false;
    this.#outage.reset();
    this.#reload.proof = welcome.resume;
    this.#lookAfter(session, welcome);
    // Of what was asked on the former session the answers are on their way.
    let sayAgain: (() => void) | undefined;
    if (former && welcome.resumed) {
      this.#requests.pause();
      this.#timers.after(LAST_WORDS_MS, () => this.#sayAgain());
    } else sayAgain = this.#requests.moveTo(session);
    // Not before: the end of a session is when requests that wait are said again.
    this.#partFrom(session, welcome.resumed);
    this.#events.welcomed(welcome);
    this.#tell('open');
    sayAgain?.();
    this.#opened?.resolve();
  }

  /** For as long as it lives. */
  #lookAfter(session: Session, { expiresInMs, heartbeatMs }: Welcome): void {
    const events = this.#events;
    watchPulse(session, heartbeatMs, this.#timers, () => events.isInUse, this.#lifeless);
    if (expiresInMs !== undefined && this.#credential.isRenewable) this.#renew(session, expiresInMs);
  }

  /** Few need it; if it cannot be had now, perhaps a little later. */
  #renew(session: Session, expiresInMs: number): void {
    const failed = (error: Error) => this.#events.failed(error);
    import('./renewal.ts').then(
      ({ keepRenewed }) =>
        session.isOver || keepRenewed(session, expiresInMs, this.#credential, this.#timers, failed),
      (error: unknown) => {
        if (session.isOver) return;
        failed(error as Error);
        this.#timers.after(RENEW_AGAIN_MS, () => this.#renew(session, expiresInMs - RENEW_AGAIN_MS));
      },
    );
  }

  readonly #lifeless = (session: Session): void => {
    if (session !== this.#current) return;
    this.#lose(session, unreachable('no life sign'));
    this.#dialer.hurry();
  };

  /** Of those before: who was continued is read until it closes; of who was not, nobody wants to hear any more. */
  #partFrom(session: Session, isContinued: boolean): void {
    for (const older of this.#dialer.sessions) {
      if (older === session) continue;
      if (!isContinued) older.sayGoodbye();
      else this.#timers.after(OLD_SOCKET_MS, () => older.giveUp());
    }
  }

  /** The page goes. Where nobody would hear a goodbye its proof stays: with it the page, loaded again, has its place. */
  #leave(): void {
    if ([...this.#dialer.sessions].some(({ ageMs }) => ageMs > 0)) this.close();
  }

  #sayAgain(): void {
    if (this.#current && this.#requests.isPaused) this.#requests.moveTo(this.#current)();
  }

  #hear(session: Session, message: Outgoing): void {
    if (this.#outage.heed(message)) this.#move(session, false);
    if (message.type === 'going-away')
      this.#timers.after(message.reconnectAfterMs, () => this.#move(session, true));
    else if (!('re' in message)) this.#events.hear(message);
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
    if (!this.#current) this.#tell(this.welcome ? 'away' : 'connecting', error, retryInMs);
  }

  #woke(why: Waking): void {
    this.#events.woke(why);
    this.#dialer.hurry();
    if (this.#current) feelPulse(this.#current, this.#timers, this.#lifeless);
  }

  #tell(state: ConnectionState, error?: ParleyError, retryInMs?: number): void {
    if (this.state === 'closed') return;
    this.state = state;
    this.#events.changed({
      state,
      ...(error && { reason: error.code }),
      willReturn: state !== 'closed',
      ...(retryInMs !== undefined && { retryInMs }),
    });
  }
}

function webSocketOf({ webSocket = globalThis.WebSocket }: ConnectOptions): WebSocketConstructor {
  if (webSocket) return webSocket;
  throw new ParleyError('unsupported', 'no WebSocket here: give one as `webSocket`');
}
