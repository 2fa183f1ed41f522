import { isIP } from 'node:net';
import type { HttpAnswer } from '@parley/core';
import { refusal } from './ops-answer.ts';
import type { OpsRequest } from './ops-server.ts';

/** Names by which a node is asked from its own machine. */
const LOOPBACK = 'localhost';

/** How a browser says that it was no foreign page that asked (Fetch Metadata): it was typed, or one of our own. */
const OWN_SITES: readonly unknown[] = [undefined, 'none', 'same-origin'];

/**
 * Keeps pages out. Neither loopback nor a private network is out of reach for a page that an operator opens: the browser
 * stands inside. It says from where a request comes (`Origin`, `Sec-Fetch-Site`), except where it takes it for the page's
 * own, which a page can bring about by letting its own name point here (DNS rebinding); but then that name stands in `Host`. So a
 * name has to be known; an address cannot be made to point elsewhere.
 *
 * @param names that this port is asked by, beside `localhost` and addresses; without a port
 */
export function guardAgainstPages(names: readonly string[]) {
  const known = new Set([LOOPBACK, ...names.map((name) => name.toLowerCase())]);
  return ({ headers }: OpsRequest): HttpAnswer | undefined => {
    if (!isKnown(headers.host, known))
      return refusal(421, 'unknown-host', 'Host is neither an address nor in PARLEY_OPS_HOSTS.');
    if (headers.origin !== undefined || !OWN_SITES.includes(headers['sec-fetch-site']))
      return refusal(403, 'cross-origin', 'Pages may not ask here.');
    return undefined;
  };
}

function isKnown(host = '', names: ReadonlySet<string>): boolean {
  const [, bracketed, name = ''] = /^(?:\[([^\]]*)\]|([^:]*))(?::\d*)?$/.exec(host) ?? [];
  return bracketed === undefined ? isIP(name) === 4 || names.has(name.toLowerCase()) : isIP(bracketed) === 6;
}
