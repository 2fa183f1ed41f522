import { load } from '@parley/uws';
import type * as uWS from 'uWebSockets.js';

import { tellPort } from './listening.ts';

/** From the address that it was opened with: who it is, to whom it speaks, and the index of the node where that one is. */
export interface Ends {
  readonly me: string;
  readonly to: string;
  readonly on: number;
}

export type Peer = uWS.WebSocket<Ends>;

/** Listens on a free loopback port with the same uWebSockets.js, and the same settings of it, that a Parley node takes here. */
export function listenBare(
  behavior: Required<Pick<uWS.WebSocketBehavior<Ends>, 'open' | 'message' | 'close'>>,
): void {
  const loaded = load();
  if (!loaded.ok) throw new Error(loaded.message);
  const { library } = loaded;
  const app = library.App();
  app.ws<Ends>('/*', {
    compression: library.DISABLED,
    idleTimeout: 0,
    maxBackpressure: 1_024 * 1_024,
    upgrade(response, request, context) {
      const ends = { me: query(request, 'me'), to: query(request, 'to'), on: Number(query(request, 'on')) };
      const [key, protocol, extensions] = ['key', 'protocol', 'extensions'].map((name) =>
        request.getHeader(`sec-websocket-${name}`),
      );
      response.upgrade(ends, key ?? '', protocol ?? '', extensions ?? '', context);
    },
    ...behavior,
  });
  app.listen('127.0.0.1', 0, library.LIBUS_LISTEN_EXCLUSIVE_PORT, (socket) => {
    if (!socket) throw new Error('no free port');
    tellPort(library.us_socket_local_port(socket));
  });
}

const query = (request: uWS.HttpRequest, name: string) => request.getQuery(name) ?? '';
