import { once } from 'node:events';
import type { AddressInfo } from 'node:net';

import { closeReason, CLOSES, readSubprotocols, SUBPROTOCOL } from '@parley/protocol';
import { WebSocket, WebSocketServer } from 'ws';

/** How a server gets something wrong that the node behind it gets right. */
export interface Fault {
  /** What a client receives in place of one frame of the node. One function for each connection. */
  readonly frames?: () => (text: string) => readonly string[];
  readonly close?: (code: number) => number;
  /** The entries that the node is offered in place of those of the client; `undefined`: the client is turned away. */
  readonly offers?: (offered: readonly string[]) => readonly string[] | undefined;
}

/** A fault, and the beginning of the name of a case that must notice it. */
export type FaultRow = readonly [what: string, noticedBy: string, fault: Fault];

/** The frames of one message, changed. */
export const changing =
  (change: (message: Message) => object): NonNullable<Fault['frames']> =>
  () =>
  (text) => [JSON.stringify(change(JSON.parse(text) as Message))];

/** Every message with others before or behind it. */
export const inserting =
  (
    further: (message: Message) => readonly string[],
    where: 'before' | 'behind',
  ): NonNullable<Fault['frames']> =>
  () =>
  (text) => {
    const inserted = further(JSON.parse(text) as Message);
    return where === 'before' ? [...inserted, text] : [text, ...inserted];
  };

export interface Message {
  readonly type: string;
  readonly re?: string | number;
  readonly peer?: string;
  readonly resume?: string;
  readonly [member: string]: unknown;
}

/** A server that is a node but for one fault: it stands before a node and passes everything else on. */
export async function startFaultyServer(
  node: string,
  { frames = () => (text) => [text], close = (code) => code, offers = (offered) => offered }: Fault,
): Promise<{ url: string; stop(): Promise<void> }> {
  const server = new WebSocketServer({
    host: '127.0.0.1',
    port: 0,
    handleProtocols: (offered) => offered.has(SUBPROTOCOL) && SUBPROTOCOL,
  });
  server.on('connection', (client, { url = '', headers }) => {
    const offered = offers(readSubprotocols(headers['sec-websocket-protocol']).offered);
    if (!offered) return client.close(CLOSES['token-unknown'].code, closeReason('token-unknown'));
    const upstream = new WebSocket(`${node}${url}`, [...offered]);
    const tampered = frames();
    const early: Buffer[] = [];
    const pass = (data: Buffer, isBinary: boolean) => upstream.send(data, { binary: isBinary });
    client.on('message', (data: Buffer, isBinary) =>
      upstream.readyState === WebSocket.OPEN ? pass(data, isBinary) : early.push(data),
    );
    upstream.on('open', () => early.splice(0).forEach((data) => pass(data, false)));
    upstream.on('message', (data: Buffer) => tampered(data.toString()).forEach((text) => client.send(text)));
    upstream.on('close', (code, reason) => client.close(close(code), reason));
    upstream.on('error', () => {}); // `close` follows
    client.on('close', (code) => (isSendable(code) ? upstream.close(code) : upstream.terminate()));
  });
  await once(server, 'listening');
  return {
    url: `ws://127.0.0.1:${(server.address() as AddressInfo).port}`,
    async stop() {
      server.clients.forEach((client) => client.terminate());
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

/** 1005 and 1006 are what a socket says of a close that carried no code. */
const isSendable = (code: number) => code === 1000 || code >= 3000;
