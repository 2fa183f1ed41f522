import { type HttpAnswer, secured } from '@parley/core';

/** Text for probes and people. */
export const plain = (status: number, body: string): HttpAnswer =>
  secured({ status, headers: { 'content-type': 'text/plain; charset=utf-8' }, body });

/**
 * JSON for programs and people. Everything that is not printable ASCII is escaped: some of it was written by strangers, and
 * it is read in terminals, which obey control characters.
 */
export function data(status: number, value: object, headers: HttpAnswer['headers'] = {}): HttpAnswer {
  const text = JSON.stringify(value, undefined, 2).replace(/[\x7f-\uffff]/g, escaped);
  return secured({
    status,
    headers: { 'content-type': 'application/json; charset=utf-8', ...headers },
    body: `${text}\n`,
  });
}

/** Why not. `message` is for people, and holds nothing of the request. */
export const refusal = (
  status: number,
  code: string,
  message: string,
  headers?: HttpAnswer['headers'],
): HttpAnswer => data(status, { code, message }, headers);

const escaped = (char: string) => `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`;
