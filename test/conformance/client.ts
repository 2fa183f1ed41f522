import {
  ENDPOINTS,
  type Outgoing,
  type OutgoingType,
  SUBPROTOCOL,
  writeSubprotocols,
} from '@parley/protocol/plain';
import { assert } from './assert.ts';
import type { Target } from './case.ts';
import { within } from './within.ts';

/** How a client introduces itself, where that differs from the target's way. */
export interface ConnectOptions {
  /** Offered as `parley.token.…`; `null`: no credential. */
  readonly token?: string | null;
  /** Offered before the credential. */
  readonly subprotocols?: readonly string[];
  /** The proof of an earlier session, to go on with it. */
  readonly resume?: string;
  /** The same, to start anew in its place. */
  readonly restart?: string;
  readonly query?: Readonly<Record<string, string>>;
}

export interface Closed {
  readonly code: number;
  readonly reason: string;
}

/** A message of this type, as the server sent it. */
export type Message<Type extends OutgoingType> = Extract<Outgoing, { type: Type }>;

type Wanted = (message: Outgoing) => boolean;
type Waiter = (news: Outgoing | 'closed') => void;

/**
 * A client of the protocol over the standard WebSocket interface. It skips what nobody asks for, unknown types included,
 * and writes down what no server may do: see {@link problems}.
 */
export class Client {
  /** Every frame since the socket opened, as it came. */
  readonly frames: string[] = [];
  readonly socket: WebSocket;
  /** How it introduced itself. */
  readonly options: ConnectOptions;
  /** Settles when the socket is closed, by whomever. */
  readonly closed: Promise<Closed>;
  /** Where the server broke a rule that holds for all it sends. */
  readonly problems: string[] = [];
  readonly #validate: Target['validate'];
  readonly #unconsumed: Outgoing[] = [];
  readonly #waiters = new Set<Waiter>();
  /** By `id`: how many messages with it are not answered yet. */
  readonly #unanswered = new Map<unknown, number>();
  #welcome: Message<'welcome'> | undefined;
  #closed: Closed | undefined;
  #requests = 0;

  constructor(target: Target, options: ConnectOptions) {
    const { token = target.token, subprotocols = [SUBPROTOCOL], query = {}, resume, restart } = options;
    const [, ...secrets] = writeSubprotocols({ token: token ?? undefined, resume, restart });
    const address = new URL(ENDPOINTS.connect, target.url);
    for (const [name, value] of Object.entries(query)) address.searchParams.set(name, value);
    const offered = [...subprotocols, ...secrets];
    this.options = options;
    this.#validate = target.validate;
    this.socket = new target.WebSocket(address.href, offered);
    this.socket.addEventListener('message', ({ data }) => this.#arrived(data));
    this.socket.addEventListener('error', () => {}); // `close` follows
    this.closed = new Promise((resolve) => {
      this.socket.addEventListener('close', ({ code, reason }) => {
        this.#closed = { code, reason };
        this.#waiters.forEach((waiter) => waiter('closed'));
        resolve(this.#closed);
      });
    });
  }

  /** Whether the socket opens. */
  async opened(): Promise<boolean> {
    const opening = new Promise<boolean>((resolve) => {
      this.socket.addEventListener('open', () => resolve(true));
      this.socket.addEventListener('close', () => resolve(false));
    });
    return within('the socket to open', opening);
  }

  /** Waits for `welcome`; only once. */
  async welcomed(): Promise<Message<'welcome'>> {
    return (this.#welcome = await this.next('welcome'));
  }

  get welcome(): Message<'welcome'> {
    assert(this.#welcome, 'not welcome yet');
    return this.#welcome;
  }

  get peer(): Message<'welcome'>['peer'] {
    return this.welcome.peer;
  }

  /** With what it comes back. */
  get proof(): string {
    const { resume } = this.welcome;
    assert(resume !== undefined, 'welcome says how to come back');
    return resume;
  }

  /** Sends a message; text and bytes go out as they are, right or wrong. */
  send(message: object | string | Uint8Array<ArrayBuffer>): void {
    if (typeof message === 'string' || message instanceof Uint8Array) {
      this.#expectAnswer(idOf(message));
      this.socket.send(message);
    } else {
      this.send(JSON.stringify(message));
    }
  }

  /** Sends with an `id` of its own and returns the answer, which must be of this type. */
  async request<Type extends OutgoingType>(message: object, expected: Type): Promise<Message<Type>> {
    const id = `request-${++this.#requests}`;
    this.send({ ...message, id });
    const answer = await this.answer(id);
    assert(
      answer.type === expected,
      `${JSON.stringify(message)} was answered ${JSON.stringify(answer)}, not ${expected}`,
    );
    return answer as Message<Type>;
  }

  /** The message whose `re` is this `id`. */
  answer(id: string | number): Promise<Outgoing> {
    return this.#find((message) => 're' in message && message.re === id, `answer to ${id}`);
  }

  /** The first message of this type that nobody has asked for yet, come or to come; what is skipped stays for others. */
  next<Type extends OutgoingType>(
    type: Type,
    fits: (message: Message<Type>) => boolean = () => true,
  ): Promise<Message<Type>> {
    const wanted = (message: Outgoing) => message.type === type && fits(message as Message<Type>);
    return this.#find(wanted, type) as Promise<Message<Type>>;
  }

  /** What has come and was not asked for; of this type only, if one is named. After {@link settle} nothing is on its way. */
  unasked(type?: OutgoingType): readonly Outgoing[] {
    return type === undefined
      ? [...this.#unconsumed]
      : this.#unconsumed.filter((message) => message.type === type);
  }

  /** Waits until everything before has been answered: one `ping` and its `pong`. */
  async settle(): Promise<void> {
    await this.request({ type: 'ping' }, 'pong');
  }

  /** Closes with this code, and waits for the other side. A page may use 1000 and 3000 to 4999. */
  close(code = 1000): Promise<Closed> {
    this.socket.close(code);
    return within('the close to be answered', this.closed);
  }

  /** Is gone without a farewell, as a page is whose connection breaks; its peer is away once the server has noticed. */
  async drop(): Promise<void> {
    await this.close(3000);
  }

  async #find(wanted: Wanted, what: string): Promise<Outgoing> {
    const index = this.#unconsumed.findIndex(wanted);
    const [present] = index < 0 ? [] : this.#unconsumed.splice(index, 1);
    if (present) return present;
    assert(!this.#closed, `no ${what}: ${this.#state()}`);
    return within(what, this.#arrival(wanted, what), () => this.#state());
  }

  #arrival(wanted: Wanted, what: string): Promise<Outgoing> {
    return new Promise((resolve, reject) => {
      const waiter: Waiter = (news) => {
        if (news !== 'closed' && !wanted(news)) return;
        this.#waiters.delete(waiter);
        if (news === 'closed') return reject(new Error(`no ${what}: ${this.#state()}`));
        this.#unconsumed.splice(this.#unconsumed.indexOf(news), 1);
        resolve(news);
      };
      this.#waiters.add(waiter);
    });
  }

  #arrived(data: unknown): void {
    const message = typeof data === 'string' ? messageOf(data) : undefined;
    if (message === undefined) {
      this.problems.push(`the server sent what is not JSON text with a type: ${String(data)}`);
      return;
    }
    this.frames.push(data as string);
    this.#judge(message);
    this.#unconsumed.push(message);
    // Each takes itself off the list when it is served; whoever came first gets the message.
    for (const waiter of this.#waiters) {
      if (!this.#unconsumed.includes(message)) return;
      waiter(message);
    }
  }

  /** What holds for every message, whatever the case. */
  #judge(message: Outgoing): void {
    const isFirst = this.frames.length === 1;
    if (isFirst !== (message.type === 'welcome'))
      this.problems.push(`message ${this.frames.length} was ${message.type}`);
    const wrong = this.#validate?.(message);
    if (wrong !== undefined) this.problems.push(`${JSON.stringify(message)}: ${wrong}`);
    if (!('re' in message)) return;
    const unanswered = this.#unanswered.get(message.re) ?? 0;
    if (unanswered === 0) this.problems.push(`answered again, or unasked: ${JSON.stringify(message)}`);
    this.#unanswered.set(message.re, unanswered - 1);
  }

  #expectAnswer(id: unknown): void {
    if (id !== undefined) this.#unanswered.set(id, (this.#unanswered.get(id) ?? 0) + 1);
  }

  #state(): string {
    const socket = this.#closed ? `closed ${this.#closed.code} ${this.#closed.reason}` : 'open';
    return `the socket is ${socket}, unasked came ${JSON.stringify(this.#unconsumed)}`;
  }
}

function messageOf(text: string): Outgoing | undefined {
  const value = parsed(text) as { type?: unknown } | null | undefined;
  return typeof value?.type === 'string' ? (value as Outgoing) : undefined;
}

function idOf(text: string | Uint8Array): unknown {
  return typeof text === 'string' ? (parsed(text) as { id?: unknown } | null | undefined)?.id : undefined;
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined; // no JSON text means this
  }
}
