import { type IncomingMessage, request } from 'node:http';
import { request as requestSecurely } from 'node:https';
import { text } from 'node:stream/consumers';
import { isDeepStrictEqual } from 'node:util';

import { OUTGOING } from '@parley/protocol';
import { WebSocket } from 'ws';
import type * as z from 'zod';

import type { HttpRequest, HttpResponse, Target } from './case.ts';

/** What Node adds to a target: a WebSocket of the standard interface, raw HTTP, and the schemas. */
export function nodeTarget(url: string, rest: Partial<Target> = {}): Target {
  return {
    url,
    WebSocket: WebSocket as unknown as Target['WebSocket'],
    http: (wanted) => http(url, wanted),
    validate,
    ...rest,
  };
}

/**
 * A message against the schema of its type. What no schema knows, types and members, passes: later versions add some.
 */
export function validate(message: unknown): string | undefined {
  const result = SCHEMAS.get((message as { type: string }).type)?.safeParse(message);
  return result === undefined || result.success ? undefined : result.error.message;
}

/** The same for a node of this very version: there is nothing that the schemas do not know. */
export function validateStrictly(message: unknown): string | undefined {
  const result = SCHEMAS.get((message as { type: string }).type)?.safeParse(message);
  if (result === undefined) return 'this type is in no schema';
  if (!result.success) return result.error.message;
  return isDeepStrictEqual(result.data, message) ? undefined : 'it has members that are in no schema';
}

const SCHEMAS: ReadonlyMap<string, z.ZodType> = new Map(Object.entries(OUTGOING));

function http(base: string, { method = 'GET', path, headers = {} }: HttpRequest): Promise<HttpResponse> {
  const url = new URL(path, base.replace(/^ws/, 'http'));
  const ask = url.protocol === 'https:' ? requestSecurely : request;
  return new Promise((resolve, reject) => {
    const asked = ask(url, { method, headers: { ...headers }, agent: false });
    asked.once('error', reject);
    asked.once('upgrade', (response, socket) => {
      socket.destroy();
      resolve(answerOf(response));
    });
    asked.once('response', (response) => {
      text(response).then((body) => resolve(answerOf(response, body)), reject);
    });
    asked.end();
  });
}

const answerOf = ({ statusCode = 0, headers }: IncomingMessage, body = ''): HttpResponse => ({
  status: statusCode,
  headers: Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, String(value)])),
  body,
});
