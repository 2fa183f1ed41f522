import type { HttpAnswer, HttpRequest, ParleyNode } from '@parley/core';
import { json, secured } from '@parley/core';
import { ENDPOINTS } from '@parley/protocol';
import type { ClientModule } from './client-module.ts';
import type { Page } from './page.ts';

/** What answers. */
export interface PublicParts {
  readonly node: Pick<ParleyNode, 'check' | 'health'>;
  /** Absent only where nothing was built, as in tests. */
  readonly client: ClientModule | undefined;
  /** The demo page, where it is served. */
  readonly page: Page | undefined;
}

/** What the service port answers beside the socket itself. */
export function publicRoutes(parts: PublicParts) {
  return async (request: HttpRequest): Promise<HttpAnswer> => secured(await route(request, parts));
}

async function route(request: HttpRequest, { node, client, page }: PublicParts): Promise<HttpAnswer> {
  const { method, path } = request;
  if (path === ENDPOINTS.check && method === 'OPTIONS') return PREFLIGHT;
  const isRead = method === 'GET' || method === 'HEAD';
  if (path === ENDPOINTS.connect)
    return json(426, { code: 'upgrade-required', message: 'This path speaks WebSocket, version 13.' });
  if (path === ENDPOINTS.check) return isRead ? node.check(request) : notAllowed('GET, HEAD, OPTIONS');
  if (path === ENDPOINTS.health) return isRead ? node.health() : notAllowed('GET, HEAD');
  if (path === ENDPOINTS.client && client) return isRead ? client(request) : notAllowed('GET, HEAD');
  const file = page?.get(path);
  if (file) return isRead ? file : notAllowed('GET, HEAD');
  return json(404, { code: 'not-found', message: 'There is nothing at this path.' });
}

/** A page asks with `Authorization`, which a browser asks leave for first (Fetch standard, CORS protocol). */
const PREFLIGHT: HttpAnswer = {
  status: 204,
  headers: {
    'access-control-allow-origin': '*',
    'access-control-allow-methods': 'GET',
    'access-control-allow-headers': 'authorization',
    'access-control-max-age': '7200',
  },
  body: '',
};

function notAllowed(allow: string): HttpAnswer {
  const answer = json(405, { code: 'method-not-allowed', message: `Only ${allow}.` });
  return { ...answer, headers: { ...answer.headers, allow } };
}
