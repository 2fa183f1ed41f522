import { describe, expect, it } from 'vitest';
import { type HttpRequest, json, type Log, type LogFields } from '@parley/core';
import { ENDPOINTS } from '@parley/protocol';
import type { Page } from './page.ts';
import { publicRoutes } from './public-routes.ts';

const PAGE: Page = new Map([['/', json(200, { page: true })]]);

describe('the service port', () => {
  it.each([
    ['GET', ENDPOINTS.check, 200],
    ['OPTIONS', ENDPOINTS.check, 204],
    ['POST', ENDPOINTS.check, 405],
    ['HEAD', ENDPOINTS.health, 200],
    ['DELETE', ENDPOINTS.health, 405],
    ['GET', ENDPOINTS.connect, 426],
    ['GET', '/', 200],
    ['POST', '/', 405],
    ['GET', '/nothing', 404],
  ])('answers %s %s with %i', async (method, path, status) => {
    const { ask, errors } = start();
    expect((await ask(path, method)).status).toBe(status);
    expect(errors).toEqual([]);
  });

  it.each([
    ['throws', () => thrown()],
    ['rejects', () => Promise.reject(new TypeError('a bug'))],
  ])('answers 500, tells the log and lives when its node %s', async (_how, check) => {
    const { ask, errors } = start(check);
    const { status, body } = await ask(ENDPOINTS.check);
    expect([status, JSON.parse(String(body))]).toMatchObject([500, { code: 'internal' }]);
    expect(String(body)).not.toContain('a bug');
    expect(errors).toEqual([{ event: 'request-failed', error: new TypeError('a bug') }]);
    expect((await ask(ENDPOINTS.health)).status).toBe(200);
    expect(errors).toHaveLength(1);
  });
});

function thrown(): never {
  throw new TypeError('a bug');
}

function start(check: () => Promise<ReturnType<typeof json>> = async () => json(200, { code: 'ok' })) {
  const errors: LogFields[] = [];
  const log: Log = { error: (fields) => void errors.push(fields), warn() {}, info() {}, debug() {} };
  const answer = publicRoutes({ node: { check, health: () => json(200, {}) }, page: PAGE, log });
  return { errors, ask: (path: string, method = 'GET') => answer({ ...REQUEST, path, method }) };
}

const REQUEST: HttpRequest = {
  method: 'GET',
  path: '/',
  query: '',
  headers: new Map(),
  address: '192.0.2.1',
  tls: false,
};
