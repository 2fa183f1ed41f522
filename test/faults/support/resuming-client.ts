import { setTimeout as pause } from 'node:timers/promises';

import { reconnectAfterClose, writeSubprotocols, type Outgoing } from '@parley/protocol';

import { Backoff } from './backoff.ts';
import type { Chance } from './chance.ts';
import {
  briefly,
  lifeKey,
  type History,
  type Life,
  type SignalRecord,
  type SocketRecord,
} from './history.ts';
import { Line, type Read } from './line.ts';
import { RoomSight } from './room-sight.ts';

type Welcome = Extract<Outgoing, { type: 'welcome' }>;

export interface ClientOptions {
  readonly name: string;
  /** Where nodes or balancers are now, dead ones among them: the client tries one after the other. */
  readonly urls: () => readonly string[];
  /** The rooms that it wants to be in. */
  readonly rooms: readonly string[];
  readonly history: History;
  readonly chance: Chance;
  readonly token?: string;
  /** See `Line`. */
  readonly patienceMs?: number;
  readonly handshakeMs?: number;
  /** The cap of one wait before it comes back. */
  readonly mostBackoffMs?: number;
  /** False, and `going-away` is told to the deaf. */
  readonly followsGoingAway?: boolean;
  /** False, and it forgets who it was. */
  readonly resumes?: boolean;
}

/**
 * A client that does what PROTOCOL.md says that a client must do, and nothing that only our SDK does: it never sends a
 * signal twice. Everything that happens to it goes into a {@link History}.
 */
export class ResumingClient {
  readonly sight = new RoomSight();
  readonly name: string;
  readonly #options: ClientOptions;
  readonly #backoff: Backoff;
  readonly #places = new Map<string, number>();
  readonly #over = new AbortController();
  #line: Line | undefined;
  #resume: string | undefined;
  #isMoving = false;
  #asked = 0;
  #living: Promise<void> | undefined;

  constructor(options: ClientOptions) {
    this.name = options.name;
    this.#options = options;
    this.#backoff = new Backoff(options.chance, options.mostBackoffMs);
  }

  /** Where it wants to be. */
  get rooms(): readonly string[] {
    return this.#options.rooms;
  }

  /** Who it is now; `undefined` while it has no socket. */
  get life(): Life | undefined {
    return this.#line?.isOpen ? this.#line.record.welcome : undefined;
  }

  /** It has a socket, and a seat in each of its rooms. */
  get isSettled(): boolean {
    return this.canSpeak && this.#options.rooms.every((room) => this.sight.rooms.includes(room));
  }

  /** It has a socket that it will not change in this moment. */
  get canSpeak(): boolean {
    return !this.#isMoving && this.#line?.isOpen === true;
  }

  start(): void {
    this.#living ??= this.#live();
  }

  /** Says goodbye and does not come back. */
  async stop(): Promise<void> {
    this.#over.abort();
    await this.#line?.leave();
    await this.#living;
  }

  /** Loses its socket without a word. */
  drop(): void {
    this.#line?.drop();
  }

  /** Sends a signal and writes down what becomes of it; nothing is sent, and returned, while there is no socket to send it on. */
  signal(room: string, { peer, instance }: Life): SignalRecord | undefined {
    const line = this.#line;
    if (!line || !this.canSpeak) return undefined;
    const place = this.#nextPlace(line, room, { peer, instance });
    const signal: SignalRecord = {
      id: `${this.name}:${++this.#asked}`,
      sender: line.record,
      room,
      to: { peer, instance },
      place,
      sentAtMs: performance.now(),
      answers: [],
    };
    this.#options.history.signals.set(signal.id, signal);
    // Half of the clients of the world do not say which life they mean.
    const toInstance = place % 2 === 0 ? { toInstance: instance } : {};
    const custom = { id: signal.id, place };
    void line.ask(signal.id, { type: 'signal', room, to: peer, ...toInstance, custom });
    return signal;
  }

  /** One socket after the other. While it moves it has two, and the next one opens before this one is given up. */
  async #live(): Promise<void> {
    while (!this.#over.signal.aborted) {
      const line = this.#open();
      const welcome = await line.welcomed;
      if (welcome !== undefined) {
        await this.#settleOn(line, welcome);
        if (this.#over.signal.aborted) break;
        if (await this.#mustMove(line)) continue;
        this.#backoff.stood((line.record.end?.atMs ?? 0) - line.record.triedAtMs);
      }
      await this.#rest(this.#backoff.nextMs(line.retryAfterMs));
    }
    await this.#line?.leave();
  }

  #open(): Line {
    const { name, urls, token, patienceMs, handshakeMs, resumes = true, chance, history } = this.#options;
    const resume = resumes ? this.#resume : undefined;
    const current = this.#line?.isOpen ? this.#line.record.url : undefined;
    const others = urls().filter((url) => url !== current);
    const url = chance.oneOf(others.length > 0 ? others : urls()) ?? '';
    const triedAtMs = performance.now();
    const record: SocketRecord = { client: name, url, triedAtMs, offeredResume: resume !== undefined };
    history.sockets.push(record);
    const subprotocols = writeSubprotocols({ token, resume });
    const patience = {
      ...(patienceMs !== undefined && { patienceMs }),
      ...(handshakeMs !== undefined && { handshakeMs }),
    };
    return new Line({ url, subprotocols, record, ...patience });
  }

  async #settleOn(line: Line, { resumed, resume, rooms = [] }: Welcome): Promise<void> {
    const older = this.#line;
    if (older?.isOpen) await hearOut(older, resumed);
    this.#line = line;
    this.#resume = resume;
    this.#isMoving = false;
    this.sight.begin(resumed ? rooms : []);
    line.listen((read) => this.#hear(line, read));
    for (const room of this.#options.rooms) if (!this.sight.rooms.includes(room)) void this.#join(line, room);
  }

  /** Waits for the end of the socket (false), or until it is time to look for another one (true). */
  async #mustMove(line: Line): Promise<boolean> {
    const ended = line.closed.then(() => undefined);
    const afterMs = await Promise.race([ended, line.goingAway]);
    if (afterMs !== undefined && this.#options.followsGoingAway !== false)
      await Promise.race([ended, this.#rest(afterMs)]);
    else await ended;
    if (!line.isOpen) return false;
    // Whoever says nothing new until the other socket stands keeps what it says in order.
    this.#isMoving = true;
    await line.quiet(ANSWER_MS);
    return true;
  }

  /** As long as it takes: a cluster that has lost its memory, or cannot be reached, says when to ask again. */
  async #join(line: Line, room: string): Promise<void> {
    while (line.isOpen && this.#line === line) {
      const id = `${this.name}/${++this.#asked}`;
      const answer = await line.ask(id, { type: 'join', room, capacity: ROOM_CAPACITY });
      if (answer?.message.type !== 'error') return;
      const { code, retryAfterMs = 100 } = answer.message;
      if (code !== 'cluster-unavailable') this.#odd(`its join is answered ${code}`);
      await this.#rest(retryAfterMs * (1 + this.#options.chance.fraction() / 2));
    }
  }

  #hear(line: Line, { message, atMs }: Read): void {
    const { history } = this.#options;
    this.sight.hear(message);
    if (message.type === 'signal') this.#hearSignal(line, message, atMs);
    else if (message.type === 'left' && message.re === undefined) void this.#join(line, message.room);
    else if (isNews(message)) {
      const { type, room, peer } = message;
      history.news.push({ client: this.name, type, room, peer, atMs });
    } else if (message.type === 'delivered' || message.type === 'kept' || message.type === 'error')
      this.#hearAnswer(message, atMs);
  }

  #hearSignal(line: Line, message: Extract<Outgoing, { type: 'signal' }>, atMs: number): void {
    const { room, from: peer, fromInstance: instance, mailed, custom } = message;
    const { id } = custom as { id: string };
    const from = { peer, instance };
    this.#options.history.hearings.push({
      id,
      receiver: line.record,
      room,
      from,
      atMs,
      ...(mailed !== undefined && { mailed }),
      isFromStranger: !this.sight.knows(room, from),
    });
  }

  #hearAnswer(message: Extract<Outgoing, { type: 'delivered' | 'kept' | 'error' }>, atMs: number): void {
    const code = message.type === 'error' ? { code: message.code } : {};
    const signal = typeof message.re === 'string' ? this.#options.history.signals.get(message.re) : undefined;
    if (signal) signal.answers.push({ atMs, type: message.type, ...code });
    else if (!String(message.re).startsWith(`${this.name}/`))
      this.#odd(`it hears ${message.type} ${code.code ?? ''} about nothing that it said`);
  }

  #nextPlace(line: Line, room: string, to: Life): number {
    const pair = [lifeKey(line.record.welcome ?? to), room, lifeKey(to)].join(' ');
    const place = (this.#places.get(pair) ?? 0) + 1;
    this.#places.set(pair, place);
    return place;
  }

  /** A wait that ends with the client. */
  async #rest(forMs: number): Promise<void> {
    await pause(forMs, undefined, { signal: this.#over.signal }).catch(() => {}); // over
  }

  #odd(what: string): void {
    const { peer = 'nobody' } = this.life ?? {};
    this.#options.history.oddities.push(`${this.name} (${briefly(peer)}): ${what}`);
  }
}

/** The old socket's last words come before the new one's first: its node closes it, and if not, the client says goodbye. */
async function hearOut(older: Line, isContinued: boolean): Promise<void> {
  if (isContinued) await Promise.race([older.closed, pause(ANSWER_MS)]);
  if (older.isOpen) await older.leave();
}

const isNews = (message: Outgoing) =>
  message.type === 'peer-joined' ||
  message.type === 'peer-away' ||
  message.type === 'peer-back' ||
  message.type === 'peer-left';

/** A close that says never to come back, which nothing here gives a reason for. */
export const forbidsReturn = (code: number) => code !== 1000 && reconnectAfterClose(code) === 'never';

/** By then a signal has its answer, or never will. */
const ANSWER_MS = 2_500;
const ROOM_CAPACITY = 16;
