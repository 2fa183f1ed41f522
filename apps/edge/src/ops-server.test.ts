import { connect } from 'node:net';

import { describe, expect, it } from 'vitest';

import { OPERATOR_JSON, startStage } from './testing/ops-stage.ts';

describe('the operations port', () => {
  it.each([
    ['GET', '/livez', 200],
    ['HEAD', '/readyz', 200],
    ['GET', '/metrics', 200],
    ['GET', '/statusz', 200],
    ['GET', '/sessions', 200],
    ['GET', '/bans', 200],
    ['POST', '/livez', 405, 'GET, HEAD'],
    ['OPTIONS', '/sessions', 405, 'GET, HEAD'],
    ['PUT', '/bans', 405, 'GET, HEAD, POST, DELETE'],
    ['GET', '/sessions/close', 405, 'POST'],
    ['GET', '/', 404],
    ['GET', '/bans/', 404],
    ['GET', '//livez', 404],
    ['GET', 'http://127.0.0.1/livez', 404],
    ['GET', '/__proto__', 404],
    ['GET', '/constructor', 404],
  ])(
    'knows its paths and methods, and no others: %s %s is %i',
    async (method, path, status, allow?: string) => {
      const { ask } = await startStage();
      const answer = await ask(method, path);
      expect([answer.status, answer.headers.allow]).toEqual([status, allow]);
    },
  );

  it.each(['/livez', '/metrics', '/statusz', '/sessions', '/nothing'])(
    'lets no browser keep, frame or sniff what it says, and no page read it: %s',
    async (path) => {
      const { ask } = await startStage();
      const { headers } = await ask('GET', path);
      expect(headers).toMatchObject({
        'cache-control': 'no-store',
        'content-security-policy': "default-src 'none'; frame-ancestors 'none'",
        'referrer-policy': 'no-referrer',
        'x-content-type-options': 'nosniff',
      });
      expect(Object.keys(headers).filter((name) => /^access-control|server|powered/.test(name))).toEqual([]);
    },
  );

  it('hides a fault of its own from whoever asked, logs it, and goes on', async () => {
    const { ask, errors } = await startStage({
      sessions() {
        throw new TypeError('a bug');
      },
    });
    const { status, body } = await ask('GET', '/sessions');
    expect([status, body]).toEqual([500, { code: 'internal', message: expect.any(String) }]);
    expect(errors).toEqual([{ event: 'ops-request-failed', error: new TypeError('a bug') }]);
    expect((await ask('GET', '/livez')).status).toBe(200);
  });

  it('takes no fault of its own from a client that hangs up amid a body', async () => {
    const { ask, port, errors, acts } = await startStage();
    const headers = Object.entries(OPERATOR_JSON).map(([name, value]) => `${name}: ${value}\r\n`);
    const socket = connect(port, '127.0.0.1');
    const closed = new Promise((resolve) => socket.once('close', resolve));
    socket.write(
      `POST /sessions/close HTTP/1.1\r\nHost: localhost\r\n${headers.join('')}Content-Length: 20\r\n\r\n{"sess`,
    );
    // By then the first half has been read: connections are served in turn.
    await ask('GET', '/livez');
    socket.destroy();
    await closed;
    expect((await ask('GET', '/livez')).status).toBe(200);
    expect([errors, acts]).toEqual([[], []]);
  });
});
