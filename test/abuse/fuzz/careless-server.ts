import { once } from 'node:events';
import type { AddressInfo } from 'node:net';

import { WebSocketServer } from 'ws';

import { readingOf } from './reading.ts';

/** What a {@link startCarelessServer} does with one frame in a hundred. */
export type Mistake =
  | 'none'
  | 'no answer'
  | 'two answers'
  | 'an answer with another id'
  | 'a close of its own';

/** Something that answers every frame which has an `id`, as a node does, and makes a mistake now and then. */
export async function startCarelessServer(mistake: Mistake): Promise<{ port: number; stop(): void }> {
  const server = new WebSocketServer({ port: 0, host: '127.0.0.1' });
  await once(server, 'listening');
  let frames = 0;
  server.on('connection', (socket) => {
    const send = (message: object) => socket.send(JSON.stringify(message));
    socket.on('error', () => {}); // what is no UTF-8
    send({ type: 'welcome', peer: `p-${frames}` });
    socket.on('message', (data: Buffer) => {
      const { id } = readingOf(data.toString());
      const isMistaken = ++frames % 100 === 0 && mistake !== 'none';
      if (isMistaken && mistake === 'a close of its own') return socket.close(1011);
      if (id === undefined || (isMistaken && mistake === 'no answer')) return;
      send({ type: 'pong', re: isMistaken && mistake === 'an answer with another id' ? `not-${id}` : id });
      if (isMistaken && mistake === 'two answers') send({ type: 'pong', re: id });
    });
  });
  return {
    port: (server.address() as AddressInfo).port,
    stop() {
      for (const socket of server.clients) socket.terminate();
      server.close();
    },
  };
}
