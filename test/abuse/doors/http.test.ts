import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { LIBRARIES } from '../support/abused-node.ts';
import { Stranger } from '../support/stranger.ts';
import { WatchedNode } from '../support/watched-node.ts';
import { NODES, PUBLIC_TOKEN } from './nodes.ts';

/** The paths there are, what may be done there, and what an asker without a credential gets. */
const PATHS = [
  ['/v1/check', 'GET, HEAD, OPTIONS', 401],
  ['/v1/health', 'GET, HEAD', 200],
  ['/v1/connect', undefined, 426],
  ['/', undefined, 404],
  ['/metrics', undefined, 404],
  ['/statusz', undefined, 404],
  ['/sessions', undefined, 404],
  ['/bans', undefined, 404],
  ['/v1/check/', undefined, 404],
  ['/V1/CHECK', undefined, 404],
  ['/v1/../v1/check/..', undefined, 404],
  ['//v1/check', undefined, 404],
  ['/v1/%63heck', undefined, 404],
] as const;

describe.each(LIBRARIES)('over %s', (library) => {
  let node: WatchedNode;
  beforeAll(async () => {
    node = await WatchedNode.start({
      ...NODES.usual,
      PARLEY_SOCKET: library,
      PARLEY_UPGRADES_PER_MINUTE: '0',
    });
  });
  afterAll(() => node.stop());

  /** Asks as it is written, which `fetch` would not. */
  async function ask(line: string) {
    const stranger = await Stranger.dial(node.process.port);
    stranger.write(`${line} HTTP/1.1\r\nHost: parley.test\r\n\r\n`);
    await stranger.until('an answer', () => stranger.answers.length > 0);
    const [answer] = stranger.answers;
    stranger.reset();
    return answer!;
  }

  it.each(PATHS)(
    'GET %s is answered, and tells nothing that helps an attacker',
    async (path, _allowed, status) => {
      const answer = await ask(`GET ${path}`);
      expect(answer.status).toBe(status);
      expect(Object.fromEntries(answer.headers)).toMatchObject({
        'x-content-type-options': 'nosniff',
        'cache-control': 'no-store',
        'referrer-policy': 'no-referrer',
        'content-security-policy': "default-src 'none'; frame-ancestors 'none'",
      });
      // The name and major version that uWebSockets.js puts into every answer is for the balancer to take out.
      const said = answer.raw.replace(/^uWebSockets: \d+\r\n/im, '');
      expect(said).not.toMatch(/uwebsockets|server:|powered|node\.js|express|\d+\.\d+\.\d+/i);
    },
  );

  it('OPTIONS /v1/check has the same headers', async () => {
    expect(Object.fromEntries((await ask('OPTIONS /v1/check')).headers)).toMatchObject({
      'x-content-type-options': 'nosniff',
      'cache-control': 'no-store',
    });
  });

  it.each(['POST', 'PUT', 'DELETE', 'PATCH'])('%s is allowed nowhere', async (method) => {
    for (const [path, allowed, status] of PATHS) {
      const answer = await ask(`${method} ${path}`);
      const heard = { path, status: answer.status, allow: answer.headers.get('allow') };
      expect(heard).toEqual({ path, status: allowed ? 405 : status, allow: allowed });
    }
  });

  it.each(['GET', 'HEAD', 'POST', 'PUT', 'DELETE'])('%s on /v1/connect opens no socket', async (method) => {
    const { status } = await node.get('/v1/connect', {
      method,
      headers: { authorization: `Bearer ${PUBLIC_TOKEN}` },
    });
    expect(status).toBe(426);
  });

  it('what is asked is not told in the answer', async () => {
    const { raw } = await ask('GET /v1/<script>alert(1)</script>?q=<b>x</b>');
    expect(raw).not.toMatch(/script|<b>/);
  });
});
