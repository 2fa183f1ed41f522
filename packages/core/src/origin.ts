import type { DoorOptions } from './options.ts';
import type { HttpRequest } from './ports/socket.ts';

/**
 * Whether a page of this origin may connect (RFC 6454; the browser sends the header, no page can forge it). Without an
 * allow-list only pages that this node's own host serves. `null`, which sandboxed frames and files send, only if listed.
 */
export function isOriginAllowed(request: HttpRequest, options: DoorOptions): boolean {
  const origin = request.headers.get('origin');
  const { allowedOrigins } = options;
  if (origin === undefined)
    return !options.requireOrigin && (allowedOrigins.includes('*') || !isForeignPage(request));
  const host = request.headers.get('host')?.toLowerCase();
  if (allowedOrigins.length === 0) return Boolean(host) && hostOf(origin) === host;
  return allowedOrigins.some((allowed) => matches(origin.toLowerCase(), allowed.toLowerCase()));
}

/**
 * A page may ask without an Origin: for an image, say. It learns nothing, but what it asks for counts as its visitor's attempts, and
 * those of all who share the address. Browsers say so themselves (Fetch Metadata), though not over plain http.
 */
const isForeignPage = ({ headers }: HttpRequest) =>
  ['cross-site', 'same-site'].includes(headers.get('sec-fetch-site') ?? '');

function matches(origin: string, allowed: string): boolean {
  if (allowed === '*') return origin !== 'null';
  const star = allowed.indexOf('*.');
  if (star < 0) return origin === allowed;
  const scheme = allowed.slice(0, star);
  const domain = allowed.slice(star + 1);
  const label = origin.slice(scheme.length, -domain.length);
  return origin.startsWith(scheme) && origin.endsWith(domain) && /^[a-z0-9-]+(\.[a-z0-9-]+)*$/.test(label);
}

/** The request is for one host, named once (RFC 9112, 3.2). What it is compared with must not be two things. */
export function namesItsHost({ headers }: HttpRequest): boolean {
  return HOST.test(headers.get('host') ?? '');
}

const HOST = /^(\[[0-9a-f:.]+\]|[a-z0-9._~-]+)(:\d{1,5})?$/i;

function hostOf(origin: string): string | undefined {
  return URL.canParse(origin) ? new URL(origin).host : undefined;
}
