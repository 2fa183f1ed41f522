import { STATUS_CODES } from 'node:http';
import type { ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';
import type { HttpAnswer, HttpRequest } from '@parley/core';

/** What {@link answerLater} needs of the server. */
export interface Answering {
  readonly ask: (request: HttpRequest) => Promise<HttpAnswer>;
  readonly isAccepting: () => boolean;
  readonly onFault: (error: unknown) => void;
}

/** Answers a request with what the node says; that comes to nothing when the client is gone by then. */
export async function answerLater(
  res: ServerResponse,
  request: HttpRequest,
  { ask, isAccepting, onFault }: Answering,
): Promise<void> {
  const answer = await ask(request);
  try {
    res.writeHead(answer.status, headersOf(answer, { closeConnection: !isAccepting() }));
    res.end(request.method === 'HEAD' ? undefined : answer.body);
  } catch (error) {
    res.destroy();
    onFault(error);
  }
}

/** Writes an answer on a connection that Node has handed over because of its `Upgrade` header, and closes it. */
export function writeRawAnswer(wire: Duplex, answer: HttpAnswer, method: string): void {
  const { status, body } = answer;
  const head = Object.entries(headersOf(answer, { closeConnection: true })).map(
    ([name, value]) => `${name}: ${value}\r\n`,
  );
  wire.once('finish', () => wire.destroy());
  // What the client still sends must be read: closing with unread bytes resets the connection, and the answer with it.
  wire.resume();
  wire.cork();
  wire.write(`HTTP/1.1 ${status} ${STATUS_CODES[status] ?? ''}\r\n${head.join('')}\r\n`);
  wire.end(method === 'HEAD' ? '' : body);
  wire.uncork();
}

function headersOf(
  { status, headers, body }: HttpAnswer,
  { closeConnection }: { closeConnection: boolean },
): Record<string, string> {
  return {
    ...headers,
    ...(!hasNoLength(status) && { 'Content-Length': String(Buffer.byteLength(body)) }),
    ...(closeConnection && { Connection: 'close' }),
  };
}

/** RFC 9110, 8.6: a 204 must not carry `Content-Length`; for a 304 it would be a lie. */
function hasNoLength(status: number): boolean {
  return status === 204 || status === 304;
}
