import { once } from 'node:events';
import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';

import { readSubprotocols, type OfferedSubprotocols } from '@parley/protocol';
import { WebSocketServer, type WebSocket } from 'ws';

import { until } from '../../support/until.ts';

/** One socket of a client, as its node sees it. */
export class Visit {
  readonly offered: OfferedSubprotocols;
  readonly atMs = performance.now();
  /** What the client said, in order. */
  readonly heard: { readonly type: string; readonly id?: number }[] = [];
  closed: { readonly code: number; readonly atMs: number } | undefined;
  readonly #socket: WebSocket;

  constructor(socket: WebSocket, request: IncomingMessage) {
    this.offered = readSubprotocols(request.headers['sec-websocket-protocol']);
    this.#socket = socket;
    socket.on('message', (data: Buffer) => this.heard.push(JSON.parse(data.toString()) as { type: string }));
    socket.on('close', (code) => (this.closed = { code, atMs: performance.now() }));
  }

  say(message: object): void {
    this.#socket.send(JSON.stringify(message));
  }

  welcome(more: object = {}): void {
    const who = { peer: 'p.1', instance: 'i.1', session: 's.1', realm: 'main', resume: 'r1' };
    const rest = { resumed: false, heartbeatMs: 25_000, limits: {}, features: [], iceServers: [] };
    this.say({ type: 'welcome', ...who, ...rest, ...more });
  }

  close(code: number, reason = ''): void {
    this.#socket.close(code, reason);
  }

  /** Waits for the next message of this type that was not asked for yet. */
  async next(type: string): Promise<{ readonly type: string; readonly id?: number }> {
    const index = await until(`a ${type}`, () => {
      const at = this.heard.findIndex((message) => message.type === type);
      return at < 0 ? undefined : { at };
    });
    return this.heard.splice(index.at, 1)[0] ?? { type };
  }
}

/** A node that does what the test says, for what a real one does seldom, or at a moment of its own. */
export class ScriptedNode {
  readonly visits: Visit[] = [];
  readonly #http = createServer((_request, response) => response.writeHead(404).end());
  readonly #sockets = new WebSocketServer({
    server: this.#http,
    handleProtocols: (offered) => (offered.has('parley.v1') ? 'parley.v1' : false),
  });

  /** @param onVisit what befalls each client, counted from 0, when its socket is open */
  static async start(onVisit: (visit: Visit, index: number) => void): Promise<ScriptedNode> {
    const node = new ScriptedNode();
    node.#sockets.on('connection', (socket, request) => {
      const visit = new Visit(socket, request);
      node.visits.push(visit);
      onVisit(visit, node.visits.length - 1);
    });
    node.#http.listen(0, '127.0.0.1');
    await once(node.#http, 'listening');
    return node;
  }

  get url(): string {
    return `ws://127.0.0.1:${(this.#http.address() as AddressInfo).port}`;
  }

  /** The visit with this number, come or to come. */
  visit(index: number, deadlineMs?: number): Promise<Visit> {
    return until(`visit ${index}`, () => this.visits[index], deadlineMs);
  }

  async stop(): Promise<void> {
    for (const socket of this.#sockets.clients) socket.terminate();
    this.#http.close();
    this.#http.closeAllConnections();
    await once(this.#http, 'close');
  }
}
