import type { HttpRequest, ParleyNode, Socket, SocketListener } from '@parley/core';
import type { Outgoing } from '@parley/protocol';

import type { Closed } from './client.ts';

type Wanted = (message: Outgoing) => boolean;

interface Waiter {
  readonly wanted: Wanted;
  readonly take: (message: Outgoing) => void;
}

/** A client whose socket is two objects instead of a network: tens of thousands of them take seconds. */
export class FakeClient {
  readonly closed: Promise<Closed>;
  /** It reads nothing any more, and its socket is full. */
  isStalled = false;
  #welcome: Extract<Outgoing, { type: 'welcome' }> | undefined;
  #unconsumed: Outgoing[] = [];
  #waiters: Waiter[] = [];
  #listener: SocketListener | undefined;
  #end: ((closed: Closed) => void) | undefined;
  #requests = 0;

  private constructor() {
    this.closed = new Promise((resolve) => (this.#end = resolve));
  }

  /** Resolves when the socket is open; rejects with the status of a refusal. */
  static async open(node: ParleyNode, token: string): Promise<FakeClient> {
    const admission = await node.upgrade(upgradeRequest(token));
    if (!admission.ok) throw new Error(`refused: ${admission.answer.status}`);
    const client = new FakeClient();
    client.#listener = admission.open(client.#socket());
    return client;
  }

  /** Resolves with the welcome; rejects when it was sent away before. */
  static async connect(node: ParleyNode, token: string): Promise<FakeClient> {
    const client = await FakeClient.open(node, token);
    const isWelcome: Wanted = ({ type }) => type === 'welcome';
    const sentAway = client.closed.then(({ reason }) => Promise.reject(new Error(`refused: ${reason}`)));
    const welcome = await Promise.race([client.next(isWelcome), sentAway]);
    sentAway.catch(() => {}); // later ends are no refusals
    if (welcome.type === 'welcome') client.#welcome = welcome;
    return client;
  }

  /** A client that was gone before its upgrade was answered. */
  static async abandon(node: ParleyNode): Promise<void> {
    const admission = await node.upgrade(upgradeRequest('somebody'));
    if (admission.ok) admission.abandoned();
  }

  get welcome(): Extract<Outgoing, { type: 'welcome' }> {
    if (!this.#welcome) throw new Error('no welcome yet');
    return this.#welcome;
  }

  send(message: object | string): void {
    const text = typeof message === 'string' ? message : JSON.stringify(message);
    this.#listener?.message(text, text.length);
  }

  sendBinary(): void {
    this.#listener?.binary();
  }

  request(message: object): Promise<Outgoing> {
    const id = ++this.#requests;
    const answer = this.next((candidate) => 're' in candidate && candidate.re === id);
    this.send({ ...message, id });
    return answer;
  }

  next(wanted: Wanted): Promise<Outgoing> {
    const index = this.#unconsumed.findIndex(wanted);
    const [present] = index < 0 ? [] : this.#unconsumed.splice(index, 1);
    if (present) return Promise.resolve(present);
    return new Promise((take) => this.#waiters.push({ wanted, take }));
  }

  terminate(): void {
    this.#close(1006, '');
  }

  #close(code: number, reason: string): void {
    const end = this.#end;
    this.#end = undefined;
    if (!end) return;
    this.#listener?.closed(code);
    end({ code, reason });
  }

  #socket(): Socket {
    return {
      send: (text) => {
        if (this.isStalled || !this.#end) return 'dropped';
        this.#hear(JSON.parse(text.toString()) as Outgoing);
        return 'sent';
      },
      ping: () => this.#listener?.alive(),
      // Adapters say "closed" in a later turn.
      end: (code, reason) => void setImmediate(() => this.#close(code, reason)),
      cork: (writes) => writes(),
    };
  }

  #hear(message: Outgoing): void {
    const index = this.#waiters.findIndex(({ wanted }) => wanted(message));
    if (index < 0) this.#unconsumed.push(message);
    else this.#waiters.splice(index, 1)[0]?.take(message);
  }
}

function upgradeRequest(token: string): HttpRequest {
  return {
    method: 'GET',
    path: '/v1/connect',
    query: '',
    headers: new Map([
      ['host', 'parley.example'],
      ['sec-websocket-protocol', `parley.v1, parley.token.${token}`],
    ]),
    address: '192.0.2.1',
    tls: false,
  };
}
