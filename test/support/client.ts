import type { IncomingMessage } from 'node:http';

import type { Outgoing, OutgoingType } from '@parley/protocol';
import { WebSocket, type ClientOptions } from 'ws';

/** How a client introduces itself. */
export interface ConnectOptions {
  /** Offered as the subprotocol `parley.token.…`, as browsers do; for other ways see `headers` and `query`. */
  readonly token?: string;
  /** The others offered; `[]` with no token offers none, as plain clients do. */
  readonly subprotocols?: readonly string[];
  readonly origin?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly query?: Readonly<Record<string, string>>;
  /** Anything else that `ws` can do: `localAddress` for another address, `autoPong: false` for a client that looks dead. */
  readonly socket?: ClientOptions;
}

/** How a socket closed. */
export interface Closed {
  readonly code: number;
  readonly reason: string;
}

/** The node said no: with a status before there was a socket, or with a close before `welcome`. */
export class Refused extends Error {
  override readonly name = 'Refused';
  readonly status: number | undefined;
  readonly headers: IncomingMessage['headers'];
  readonly body: string;
  readonly closed: Closed | undefined;

  constructor(answer: { response?: IncomingMessage; body?: string; closed?: Closed }) {
    super(`refused: ${answer.response?.statusCode ?? JSON.stringify(answer.closed)} ${answer.body ?? ''}`);
    this.status = answer.response?.statusCode;
    this.headers = answer.response?.headers ?? {};
    this.body = answer.body ?? '';
    this.closed = answer.closed;
  }
}

type Message<Type extends OutgoingType> = Extract<Outgoing, { type: Type }>;
type Wanted = (message: Outgoing) => boolean;

interface Waiter {
  readonly wanted: Wanted;
  readonly take: (message: Outgoing) => void;
  readonly giveUp: () => void;
}

/**
 * The protocol without a client library: what is sent is what you say, what is received is what came, in order. It
 * answers pings and does nothing else by itself.
 */
export class RawClient {
  /** Every message since the socket opened, in order of arrival; parsed, not validated. */
  readonly received: Outgoing[] = [];
  /** Settles when the socket is closed, by whomever. */
  readonly closed: Promise<Closed>;
  /** For misbehaviour: `pause()` stops reading, `_socket` is the TCP connection. */
  readonly socket: WebSocket;

  readonly #unconsumed: Outgoing[] = [];
  readonly #waiters = new Set<Waiter>();
  #welcome: Message<'welcome'> | undefined;
  #closed: Closed | undefined;
  #requests = 0;

  private constructor(socket: WebSocket) {
    this.socket = socket;
    socket.on('message', (data: Buffer) => this.#arrived(data));
    socket.on('error', () => {}); // 'close' follows and says more
    this.closed = new Promise((resolve) => {
      socket.once('close', (code, reason) => {
        this.#closed = { code, reason: reason.toString() };
        this.#waiters.forEach(({ giveUp }) => giveUp());
        resolve(this.#closed);
      });
    });
  }

  /**
   * Connects and waits for `welcome`, which is consumed.
   *
   * @param url of the node or the balancer; with `http:` or `ws:`, and with a path or without
   * @throws Refused when the node said no
   */
  static async connect(url: string, options: ConnectOptions = {}): Promise<RawClient> {
    const client = await RawClient.open(url, options);
    try {
      client.#welcome = await client.next('welcome');
      return client;
    } catch (error) {
      client.terminate();
      throw client.#closed ? new Refused({ closed: client.#closed }) : error;
    }
  }

  /** Only until the socket is open: for frames before `welcome`. */
  static open(url: string, options: ConnectOptions = {}): Promise<RawClient> {
    const { token, subprotocols = ['parley.v1'], origin, headers, socket: further } = options;
    const offered = [...subprotocols, ...(token === undefined ? [] : [`parley.token.${token}`])];
    const socket = new WebSocket(address(url, options.query), offered, {
      ...further,
      ...(headers && { headers }),
      ...(origin !== undefined && { origin }),
    });
    // Before it is open: a welcome may come in the same packet as the answer to the upgrade.
    const client = new RawClient(socket);
    return new Promise((resolve, reject) => {
      socket.once('open', () => resolve(client));
      socket.once('error', reject);
      socket.once('unexpected-response', (_request, response) => {
        read(response).then((body) => reject(new Refused({ response, body })), reject);
      });
    });
  }

  get welcome(): Message<'welcome'> {
    if (!this.#welcome) throw new Error('no welcome yet: RawClient.open() does not wait for it');
    return this.#welcome;
  }

  /** Sends a message; a string or bytes go out as they are, right or wrong. */
  send(message: object | string): void {
    const asIs = typeof message === 'string' || message instanceof Uint8Array;
    this.socket.send(asIs ? message : JSON.stringify(message));
  }

  /** Sends with a fresh `id` and returns what answers it: the message with the same `re`. */
  request(message: object): Promise<Outgoing>;
  /** The same, and the answer must be of this type. */
  request<Type extends OutgoingType>(message: object, expected: Type): Promise<Message<Type>>;
  async request(message: object, expected?: OutgoingType): Promise<Outgoing> {
    const id = `request-${++this.#requests}`;
    this.send({ ...message, id });
    const answer = await this.next((candidate) => 're' in candidate && candidate.re === id);
    if (expected === undefined || answer.type === expected) return answer;
    throw new Error(`expected ${expected} but got ${JSON.stringify(answer)}`);
  }

  /**
   * The first message of this type that nobody has asked for yet, come or to come; what is skipped stays for others.
   *
   * @throws Error at the deadline, or at once when the socket is closed; it lists what was there instead
   */
  next<Type extends OutgoingType>(type: Type, deadlineMs?: number): Promise<Message<Type>>;
  next(wanted: Wanted, deadlineMs?: number): Promise<Outgoing>;
  next(what: OutgoingType | Wanted, deadlineMs = 10_000): Promise<Outgoing> {
    const wanted: Wanted = typeof what === 'string' ? (message) => message.type === what : what;
    const index = this.#unconsumed.findIndex(wanted);
    const [present] = index < 0 ? [] : this.#unconsumed.splice(index, 1);
    return present ? Promise.resolve(present) : this.#arrival(wanted, String(what), deadlineMs);
  }

  /** Closes in an orderly way and waits for the other side; 1000 means that this peer will not come back. */
  async close(code = 1000, reason = ''): Promise<Closed> {
    this.socket.close(code, reason);
    return this.closed;
  }

  /** Drops the connection without a word. */
  terminate(): void {
    this.socket.terminate();
  }

  #arrival(wanted: Wanted, what: string, deadlineMs: number): Promise<Outgoing> {
    return new Promise((resolve, reject) => {
      const settle = () => {
        clearTimeout(timer);
        this.#waiters.delete(waiter);
      };
      const giveUp = () => {
        settle();
        reject(new Error(`no ${what}: ${this.#state()}`));
      };
      const take = (message: Outgoing) => {
        settle();
        resolve(message);
      };
      const waiter: Waiter = { wanted, take, giveUp };
      const timer = setTimeout(giveUp, deadlineMs);
      this.#waiters.add(waiter);
      if (this.#closed) giveUp();
    });
  }

  /** A node sends JSON and nothing else: if this throws, the test run fails, as it should. */
  #arrived(data: Buffer): void {
    const message = JSON.parse(data.toString()) as Outgoing;
    this.received.push(message);
    const waiter = [...this.#waiters].find(({ wanted }) => wanted(message));
    if (waiter) waiter.take(message);
    else this.#unconsumed.push(message);
  }

  #state(): string {
    const socket = this.#closed ? `closed ${this.#closed.code} ${this.#closed.reason}` : 'open';
    return `the socket is ${socket}, unconsumed are ${JSON.stringify(this.#unconsumed)}`;
  }
}

function address(url: string, query: ConnectOptions['query'] = {}): URL {
  const target = new URL(url.replace(/^http/, 'ws'));
  if (target.pathname === '/') target.pathname = '/v1/connect';
  for (const [name, value] of Object.entries(query)) target.searchParams.set(name, value);
  return target;
}

async function read(response: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of response) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString();
}
