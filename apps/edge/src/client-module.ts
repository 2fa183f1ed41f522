import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { gzipSync } from 'node:zlib';
import type { HttpAnswer, HttpRequest } from '@parley/core';

/** The client that this node brings along, as one ES module for pages without a build: answers to `GET /v1/client.js`. */
export type ClientModule = (request: Pick<HttpRequest, 'headers'>) => HttpAnswer;

/**
 * Where the client lies that was built with this node.
 *
 * @throws Error when it was not built
 */
export function clientModulePath(): string {
  return createRequire(import.meta.url).resolve('@parley/client/client.js');
}

/**
 * Reads it once. The address has no version and its content changes with the node's: it is kept for minutes, and an old one may
 * serve while a new one is fetched. The protocol is the same for both.
 *
 * @throws Error when it cannot be read
 */
export function readClientModule(path: string): ClientModule {
  const plain = readFileSync(path);
  const version = createHash('sha256').update(plain).digest('base64url').slice(0, 22);
  const whole = answer(`"${version}"`, plain);
  // Another representation, another tag (RFC 9110, 8.8.3.3).
  const packed = answer(`"${version}-gzip"`, gzipSync(plain, { level: 9 }), { 'content-encoding': 'gzip' });
  return ({ headers }) => {
    const fitting = takesGzip(headers.get('accept-encoding')) ? packed : whole;
    return has(headers.get('if-none-match'), fitting.headers.etag)
      ? { ...fitting, status: 304, body: '' }
      : fitting;
  };
}

function answer(etag: string, body: Uint8Array, encoding: HttpAnswer['headers'] = {}) {
  const headers = {
    'content-type': 'text/javascript; charset=utf-8',
    'cache-control': 'public, max-age=300, stale-while-revalidate=3600',
    vary: 'accept-encoding',
    etag,
    // For pages of any origin, those that isolate themselves (COEP) included.
    'access-control-allow-origin': '*',
    'cross-origin-resource-policy': 'cross-origin',
    ...encoding,
  };
  return { status: 200, headers, body } satisfies HttpAnswer;
}

function takesGzip(accepted = ''): boolean {
  return /(?:^|,)\s*gzip\s*(?:,|$|;\s*q=(?!0(?:\.0*)?\s*(?:,|$)))/i.test(accepted);
}

/** The weak comparison of `If-None-Match` (RFC 9110, 13.1.2). */
function has(tags = '', etag: string): boolean {
  return tags.split(',').some((tag) => ['*', etag].includes(tag.trim().replace(/^W\//, '')));
}
