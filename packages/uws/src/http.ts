import { STATUS_CODES } from 'node:http';
import type { HttpAnswer, HttpRequest } from '@parley/core';
import type * as uWS from 'uWebSockets.js';
import { isAmbiguous } from './request.ts';

/** How an answer leaves. */
export interface Manner {
  /** The request was a HEAD: everything but the body. */
  readonly withoutBody: boolean;
  /** No further request is wanted on this connection. */
  readonly closeConnection: boolean;
}

/** What {@link answerLater} needs of the server. */
export interface Answering {
  readonly ask: (request: HttpRequest) => Promise<HttpAnswer>;
  readonly isAccepting: () => boolean;
  readonly onFault: (error: unknown) => void;
}

/** Answers a request with what the node says, if the client is still there by then. */
export async function answerLater(
  res: uWS.HttpResponse,
  request: HttpRequest,
  { ask, isAccepting, onFault }: Answering,
): Promise<void> {
  // Without an answer: the library would go on reading from the connection behind it.
  if (isAmbiguous(request)) return void res.close();
  let gone = false;
  // Before the first await: a handler that returns without an answer and without this ends the process.
  res.onAborted(() => {
    gone = true;
  });
  const answer = await ask(request);
  if (gone) return;
  writeAnswer(
    res,
    answer,
    { withoutBody: request.method === 'HEAD', closeConnection: !isAccepting() },
    onFault,
  );
}

/** Writes a whole answer in one packet. */
export function writeAnswer(
  res: uWS.HttpResponse,
  answer: HttpAnswer,
  manner: Manner,
  onFault: (error: unknown) => void,
): void {
  const { status, headers, body } = answer;
  const write = () => {
    res.writeStatus(`${status} ${STATUS_CODES[status] ?? ''}`.trimEnd());
    for (const [name, value] of Object.entries(headers)) res.writeHeader(name, value);
    if (hasNoLength(status)) endWithoutBody(res, manner);
    else if (manner.withoutBody) endWithoutBody(res.writeHeader('Content-Length', lengthOf(body)), manner);
    else res.end(body, manner.closeConnection);
  };
  corked(res, write, onFault);
}

/** Runs `writes` in a cork. What they throw is told and ends the connection: out of here it would end the process. */
function corked(res: uWS.HttpResponse, writes: () => void, onFault: (error: unknown) => void): void {
  res.cork(() => {
    try {
      writes();
    } catch (error) {
      res.close();
      onFault(error);
    }
  });
}

/**
 * Without its two arguments: given a length, or `undefined` in its place, 20.30 takes the response for unfinished,
 * writes a length of 2^63, or ignores that it should close. So whoever is asked to close the connection is the client.
 */
function endWithoutBody(res: uWS.HttpResponse, { closeConnection }: Manner): void {
  if (closeConnection) res.writeHeader('Connection', 'close');
  res.endWithoutBody();
}

function lengthOf(body: string | Uint8Array): string {
  return String(Buffer.byteLength(body));
}

/** RFC 9110, 8.6: a 204 must not carry `Content-Length`; for a 304 it would be a lie. */
function hasNoLength(status: number): boolean {
  return status === 204 || status === 304;
}
