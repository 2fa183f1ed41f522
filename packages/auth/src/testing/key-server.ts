import { createServer } from 'node:http';
import type { RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';

/** A real HTTP server on a free port of the loopback, which answers as badly as it is told. */
export interface KeyServerForTesting {
  readonly url: URL;
  /** How often it was asked. */
  readonly fetches: number;
  /** How it answers from now on. */
  answer: RequestListener;
  stop(): Promise<void>;
}

export async function startKeyServer(answer: RequestListener): Promise<KeyServerForTesting> {
  let fetches = 0;
  const server = createServer((request, response) => {
    fetches += 1;
    self.answer(request, response);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const self = {
    url: new URL(`http://127.0.0.1:${port}/keys`),
    get fetches() {
      return fetches;
    },
    answer,
    async stop() {
      const stopped = new Promise((resolve) => server.close(resolve));
      server.closeAllConnections();
      await stopped;
    },
  };
  return self;
}

/** These keys, as a set. */
export function keySet(...keys: readonly object[]): RequestListener {
  return text(JSON.stringify({ keys }));
}

export function text(
  body: string | Buffer,
  status = 200,
  headers: Record<string, string> = {},
): RequestListener {
  return (_request, response) => void response.writeHead(status, headers).end(body);
}

/** Takes the request and says nothing. */
export const silence: RequestListener = () => {};

/** Hangs up. */
export const hangUp: RequestListener = (request) => void request.socket.destroy();
