import { ENDPOINTS } from '@parley/protocol/plain';

import { ParleyError } from './error.ts';

/** Where a server is asked for a socket, and why there is none. */
export interface Address {
  readonly connect: string;
  readonly check: string;
}

/**
 * The addresses of the server at a `ws:`, `wss:`, `http:` or `https:` URL; a path before the endpoints is kept, and that of
 * connections may stand there already. In a page it may be relative.
 *
 * @throws ParleyError `bad-address`
 */
export function addressOf(url: string): Address {
  const place = placeOf(url);
  if (place === undefined) throw new ParleyError('bad-address', `not like wss://host.example: ${url}`);
  return { connect: `ws${place}${ENDPOINTS.connect}`, check: `http${place}${ENDPOINTS.check}` };
}

/** What comes after `ws` or `http`. */
function placeOf(url: string): string | undefined {
  try {
    const { origin, pathname } = new URL(url, globalThis.location?.href);
    return /^(?:ws|http)(s?:.*?)\/*(?:\/v1\/connect\/*)?$/.exec(origin + pathname)?.[1];
  } catch {
    return undefined;
  }
}
