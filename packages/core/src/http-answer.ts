import { REFUSALS, type RefusalCode } from '@parley/protocol';
import type { HttpAnswer } from './ports/socket.ts';

/**
 * What every answer of the service port says, unless the answer itself says otherwise: nothing may be cached, framed,
 * sniffed for another type, or load anything; and no page learns from where somebody came (a token may stand in the query).
 */
const EVERYWHERE = {
  'cache-control': 'no-store',
  'content-security-policy': "default-src 'none'; frame-ancestors 'none'",
  'referrer-policy': 'no-referrer',
  'x-content-type-options': 'nosniff',
} as const;

/** The same answer with the headers that protect whoever reads it in a browser; its own stand before them. Twice is once. */
export function secured(answer: HttpAnswer): HttpAnswer {
  return { ...answer, headers: { ...EVERYWHERE, ...answer.headers } };
}

/** An answer for any page: no cookie ever counts here, so there is nothing that a foreign page could abuse. */
export function json(status: number, body: object): HttpAnswer {
  return secured({
    status,
    headers: {
      'content-type': 'application/json; charset=utf-8',
      'access-control-allow-origin': '*',
      ...DEMANDED[status],
    },
    body: JSON.stringify(body),
  });
}

/** What a status must say beside: which scheme would do, what to change to (RFC 9110, 15.5.2 and 15.5.22). */
const DEMANDED: Readonly<Record<number, HttpAnswer['headers']>> = {
  401: { 'www-authenticate': 'Bearer' },
  426: { upgrade: 'websocket' },
};

/** A refusal before any socket exists, as HTTP. */
export function refusalAnswer(refusal: RefusalCode, retryAfterMs?: number): HttpAnswer {
  const { status, meaning } = REFUSALS[refusal];
  const later = retryAfterMs !== undefined && { retryAfterMs };
  const answer = json(status, { code: refusal, message: meaning, ...later });
  return {
    ...answer,
    headers: {
      ...answer.headers,
      ...(retryAfterMs !== undefined && { 'retry-after': String(Math.ceil(retryAfterMs / 1_000)) }),
    },
  };
}
