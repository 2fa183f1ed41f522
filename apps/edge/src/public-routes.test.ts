import { describe, expect, it } from 'vitest';
import { type HttpRequest, json } from '@parley/core';
import { ENDPOINTS } from '@parley/protocol';
import type { Page } from './page.ts';
import { type PublicParts, publicRoutes } from './public-routes.ts';

const PAGE: Page = new Map([['/', { status: 200, headers: { 'cache-control': 'no-cache' }, body: '' }]]);

describe('the service port', () => {
  it.each([
    ['GET', ENDPOINTS.check, 200],
    ['OPTIONS', ENDPOINTS.check, 204],
    ['POST', ENDPOINTS.check, 405],
    ['HEAD', ENDPOINTS.health, 200],
    ['DELETE', ENDPOINTS.health, 405],
    ['GET', ENDPOINTS.connect, 426],
    ['GET', ENDPOINTS.client, 200],
    ['HEAD', ENDPOINTS.client, 200],
    ['POST', ENDPOINTS.client, 405],
    ['GET', '/', 200],
    ['POST', '/', 405],
    ['GET', '/nothing', 404],
  ])('answers %s %s with %i', async (method, path, status) => {
    const { ask } = start();
    expect((await ask(path, method)).status).toBe(status);
  });

  it.each([
    ['GET', ENDPOINTS.check],
    ['OPTIONS', ENDPOINTS.check],
    ['PUT', ENDPOINTS.check],
    ['GET', ENDPOINTS.health],
    ['GET', ENDPOINTS.connect],
    ['POST', ENDPOINTS.client],
    ['GET', '/'],
    ['POST', '/'],
    ['TRACE', '/nothing'],
  ])('protects whoever reads its answer to %s %s in a browser', async (method, path) => {
    const { headers } = await start().ask(path, method);
    expect(headers).toMatchObject({
      'x-content-type-options': 'nosniff',
      'referrer-policy': 'no-referrer',
      'cache-control': expect.stringMatching(/^no-/),
      'content-security-policy': expect.stringContaining("frame-ancestors 'none'"),
    });
  });

  it('lets the client be cached, and protects whoever loads it all the same', async () => {
    expect((await start().ask(ENDPOINTS.client)).headers).toMatchObject({
      'x-content-type-options': 'nosniff',
      'referrer-policy': 'no-referrer',
      'cache-control': 'public',
    });
  });

  it('has nothing at the path of the client where none was built', async () => {
    expect((await start({ client: undefined }).ask(ENDPOINTS.client)).status).toBe(404);
  });

  it.each([
    '/../../etc/passwd',
    '/%2e%2e/%2e%2e/etc/passwd',
    '//v1//check',
    '/v1/check/',
    '/v1/check%00.html',
    '/V1/CHECK',
    'http://elsewhere.test/v1/check',
    '*',
    '',
  ])('knows no path %s', async (path) => {
    expect((await start().ask(path)).status).toBe(404);
  });
});

function start(parts: Partial<PublicParts> = {}) {
  const node = { check: async () => json(200, { code: 'ok' }), health: () => json(200, {}) };
  const client = () => ({ status: 200, headers: { 'cache-control': 'public' }, body: '' });
  const answer = publicRoutes({ node, client, page: PAGE, ...parts });
  return { ask: (path: string, method = 'GET') => answer({ ...REQUEST, path, method }) };
}

const REQUEST: HttpRequest = {
  method: 'GET',
  path: '/',
  query: '',
  headers: new Map(),
  address: '192.0.2.1',
  tls: false,
};
