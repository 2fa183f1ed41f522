import { readdirSync, readFileSync } from 'node:fs';
import { extname, join } from 'node:path';
import type { HttpAnswer } from '@parley/core';

/** The answers to a page's paths. Only what was there at the start exists: no path a stranger writes reaches the disk. */
export type Page = ReadonlyMap<string, HttpAnswer>;

const TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.ico': 'image/x-icon',
  '.webmanifest': 'application/manifest+json',
};

/** Reads a folder of built files. Throws if it cannot be read. */
export function readPage(folder: string): Page {
  const names = readdirSync(folder).filter((name) => extname(name) in TYPES);
  const page = new Map(names.map((name) => [`/${name}`, answerFor(folder, name)]));
  const index = page.get('/index.html');
  if (!index) throw new Error(`${folder} has no index.html`);
  return page.set('/', index);
}

function answerFor(folder: string, name: string): HttpAnswer {
  return {
    status: 200,
    headers: {
      'content-type': TYPES[extname(name)] ?? 'application/octet-stream',
      'cache-control': 'no-cache',
      'content-security-policy':
        "default-src 'self'; connect-src 'self' ws: wss:; img-src 'self' data: blob:; media-src 'self' blob:; frame-ancestors 'none'; base-uri 'none'; form-action 'none'",
    },
    body: readFileSync(join(folder, name)),
  };
}
